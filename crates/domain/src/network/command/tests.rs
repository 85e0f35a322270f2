use super::*;

const NAMES: [&str; 4] = [
    "english",
    "@english",
    "@english@alliance.example",
    "All of English",
];
const LINK: &str = "https://school.example/@ada/1";

/// What is written to a network and asks it for nothing.
const ORDINARY: &[&str] = &[
    // English
    "Leave of absence policy: has anyone got one to share?",
    "Join us on Friday for a talk on poetry",
    "Join in with our reading week!",
    "Follow me for more",
    "I leave school at four today",
    "Let me know if you need the file",
    "Pin the poster on the wall, says the caretaker",
    "Remove the comma in the third line of LINK before you print it",
    "Please do not remove LINK",
    "Remove the pin from LINK",
    "Could you remove the typo in LINK",
    "Move on to the next chapter",
    "Share the key points with your class",
    "Accept my apologies for the late answer",
    "Invite parents to the assembly on Tuesday",
    "Ban on phones: what do you all think?",
    "Add a picture to each slide",
    "Confirm 3 places for the trip, we said",
    "Help wanted with our school play",
    "Waiting for the bus with thirty children",
    "Practice papers are in the cupboard",
    "Hi, how are you?",
    "Thank you for the help",
    // German
    "Hilfe gesucht für das Schulfest",
    "Beitreten kann man auch später, oder?",
    "Ich verlasse um vier die Schule",
    "Ich möchte euch etwas zeigen",
    "Wer sind die Autoren dieses Buches?",
    "Verlassen wir uns auf das Wetter?",
    "Entfernen Sie bitte das dritte Blatt aus der Mappe",
    "Bitte LINK nicht entfernen",
    "Könnt ihr mir ein Gedicht empfehlen?",
    "Einladen wollen wir alle Eltern",
    "Sperren wegen Schnee auf der Straße",
    "Teilen ist in Klasse 3 unser Thema",
    "Der Schlüssel mit dem roten Band fehlt",
    "Annehmen kann ich das nicht",
    "Umziehen nach dem Sport dauert zu lange",
    "Praxis Tag war gestern sehr gut",
    "Bestätigen Sie 3 Plätze für den Ausflug",
    "Wartend auf den Bus",
    "Hallo, wie geht es euch?",
    "Danke für die Hilfe",
    // French
    "Aide aux devoirs : qui en propose ?",
    "Rejoindre les parents devant la grille à midi",
    "Je quitte le collège à quatre heures",
    "Quitter la classe sans bruit, quelle idée",
    "Je voudrais un poème sur la pluie",
    "Je veux lire LINK avec ma classe de sixième",
    "Pouvez-vous me dire où est la salle ?",
    "Qui sont les auteurs de ce livre ?",
    "Retirer la virgule à la ligne deux",
    "Ne pas retirer LINK",
    "Accepter une erreur, cela s'apprend",
    "Inviter un écrivain coûte combien ?",
    "Partager la clé du placard pose problème",
    "Déménager le tableau demain",
    "Confirmer 3 places pour la sortie",
    "Ajouter un titre à chaque page",
    "Attente trop longue à la cantine",
    "Pratique du théâtre en sixième",
    "Bonjour, comment allez-vous ?",
    "Merci pour votre aide",
    // Spanish
    "Ayuda con los deberes de lengua",
    "Unirse a tiempo no es fácil",
    "Quiero salir a las cuatro con mi clase",
    "Salir al patio con lluvia, ¿sí o no?",
    "Quiero leer LINK con mis alumnos de quinto",
    "¿Puedes decirme dónde está el aula?",
    "¿Quiénes son los autores de este libro?",
    "Quitar la coma de la línea dos",
    "No quitar LINK",
    "Aceptar un error se aprende",
    "Invitar a un escritor cuesta mucho",
    "Compartir la clave del armario es un problema",
    "Trasladar la pizarra mañana",
    "Confirmar 3 plazas para la excursión",
    "Añadir un título a cada página",
    "Pendientes de corregir tengo muchos",
    "Práctica de teatro en quinto",
    "Fijar los carteles en la pared",
    "Hola, ¿qué tal?",
    "Gracias por la ayuda",
    // Welsh
    "Cymorth gyda gwaith cartref",
    "Ymuno mewn gêm ar yr iard",
    "Hoffwn adael yr ysgol am bedwar",
    "Gadael y dosbarth yn dawel",
    "Hoffwn ddarllen LINK gyda fy nosbarth i",
    "Allwch chi ddweud ble mae'r neuadd?",
    "Pwy yw awduron y llyfr hwn?",
    "Tynnu'r coma o linell dau",
    "Peidiwch tynnu LINK",
    "Derbyn camgymeriad yw dysgu",
    "Gwahodd awdur i'r ysgol yfory",
    "Rhannu'r allwedd sydd yn broblem",
    "Symud y bwrdd gwyn yfory",
    "Cadarnhau 3 lle ar y daith",
    "Ychwanegu teitl i bob tudalen",
    "Aros am y bws gyda'r plant",
    "Arfer drama ym mlwyddyn pump",
    "Pinio'r posteri ar y wal",
    "Helo, sut mae pawb?",
    "Diolch am y cymorth",
];

fn all_are(texts: &[&str], expected: &Command) {
    for text in texts {
        let text = text.replace("LINK", LINK);
        assert_eq!(Command::parse(&text, &NAMES), *expected, "{text}");
    }
}

#[test]
fn plain_words_are_understood() {
    let link = vec!["https://school.example/@ada/1".to_owned()];
    for (text, expected) in [
        ("@english help", Command::Help),
        ("@english@alliance.example Help!", Command::Help),
        ("@english", Command::Help),
        ("@english leave.", Command::Leave),
        ("@english join", Command::Join),
        ("@english rules", Command::Rules),
        (
            "@english Rules: Be kind.\nStay on topic.",
            Command::ChangeRules("Be kind.\nStay on topic.".to_owned()),
        ),
        (
            "@english pin https://school.example/@ada/1",
            Command::Post(Deed::Pin, link.clone()),
        ),
        (
            "@english  Remove https://school.example/@ada/1.",
            Command::Post(Deed::Remove, link.clone()),
        ),
        ("@english ban @mo", Command::Ban("@mo".to_owned())),
        (
            "@english add steward @mo@b.example",
            Command::AddSteward("@mo@b.example".to_owned()),
        ),
        (
            "@english remove steward @mo",
            Command::RemoveSteward("@mo".to_owned()),
        ),
        ("@english description", Command::Description),
        (
            "@english Description: For all who teach it.",
            Command::Describe("For all who teach it.".to_owned()),
        ),
        (
            "@english alias @english@a.example",
            Command::Alias("@english@a.example".to_owned()),
        ),
        (
            "@english Move to english@b.example",
            Command::Move("english@b.example".to_owned()),
        ),
        (
            "@english move english@b.example",
            Command::Move("english@b.example".to_owned()),
        ),
        (
            "@english share key with mo@b.example",
            Command::ShareKey("mo@b.example".to_owned()),
        ),
        ("@english share the joy", Command::Unknown),
        ("@english practice: Yes.", Command::PostsArePractice(true)),
        ("@english practice off", Command::PostsArePractice(false)),
        ("@english practice makes perfect", Command::Unknown),
        ("@english confirm 12", Command::Confirm(12)),
        (
            "@english Please pin https://school.example/@ada/1",
            Command::Post(Deed::Pin, link.clone()),
        ),
        (
            "@english Can you remove this one: <https://school.example/@ada/1>, please?",
            Command::Post(Deed::Remove, link.clone()),
        ),
        ("@english Who are the stewards?", Command::Stewards),
        ("@english Who is banned?", Command::Banned),
        ("@english Gesperrt, bitte", Command::Banned),
        ("@english expulsados", Command::Banned),
        (
            "@english What are the rules of this network?",
            Command::Rules,
        ),
        ("@english Rules, please", Command::Rules),
        ("@english Règles ?", Command::Rules),
        ("@english Descripción, por favor", Command::Description),
        ("@english I want to leave", Command::Leave),
        ("@english unsubscribe", Command::Leave),
        ("@english please", Command::Unknown),
        ("@english ban @merci", Command::Ban("@merci".to_owned())),
        ("@english confirm 3, please", Command::Confirm(3)),
        (
            "@english practice yes please",
            Command::PostsArePractice(true),
        ),
        ("@english Hilfe!", Command::Help),
        ("@english ayuda", Command::Help),
        ("@english Règles", Command::Rules),
        (
            "@english reglas: Sé amable.",
            Command::ChangeRules("Sé amable.".to_owned()),
        ),
        (
            "@english ychwanegu stiward @mo@b.example",
            Command::AddSteward("@mo@b.example".to_owned()),
        ),
        (
            "@english retirer responsable @mo",
            Command::RemoveSteward("@mo".to_owned()),
        ),
        ("@english Bestätigen 3", Command::Confirm(3)),
        (
            "@english descripción: Para quien la enseña.",
            Command::Describe("Para quien la enseña.".to_owned()),
        ),
        (
            "@english dadarallenw english@a.example",
            Command::Unalias("english@a.example".to_owned()),
        ),
        (
            "@english umziehen nach english@b.example",
            Command::Move("english@b.example".to_owned()),
        ),
        ("@english Move back.", Command::MoveBack),
        ("@english cancel move", Command::MoveBack),
        ("@english umziehen zurück", Command::MoveBack),
        ("@english Umzug abbrechen", Command::MoveBack),
        ("@english déménager retour", Command::MoveBack),
        ("@english cancelar traslado", Command::MoveBack),
        ("@english symud yn ôl", Command::MoveBack),
        ("@english cancel everything", Command::Unknown),
        (
            "@english move to back@b.example",
            Command::Move("back@b.example".to_owned()),
        ),
        (
            "@english Déménager à english@b.example",
            Command::Move("english@b.example".to_owned()),
        ),
        (
            "@english partager clé avec mo@b.example",
            Command::ShareKey("mo@b.example".to_owned()),
        ),
        ("@english práctica sí", Command::PostsArePractice(true)),
        ("@english praxis nein", Command::PostsArePractice(false)),
        (
            "@english lösen https://school.example/@ada/1",
            Command::Post(Deed::Unpin, link.clone()),
        ),
        ("@english 👍", Command::Unknown),
        ("@english confirm it", Command::Unknown),
        ("@english what is this?", Command::Unknown),
    ] {
        assert_eq!(Command::parse(text, &NAMES), expected, "{text}");
    }
}

#[test]
fn courtesy_and_questions_write_nothing() {
    let description = [
        "description svp",
        "description s'il vous plaît",
        "Description, pls",
        "Description\n\nThanks,\nBo",
        "description plz",
        "description thx",
        "description cheers",
        "description ta",
        "description: please",
        "description =  thanks!",
        "description\n@english",
        "description\nthanks @english",
        "description\nthank you very much",
        "description? what does it say now",
        "description? : what",
        "description: what does it say now?",
        "description what it says",
        "Could I see the description: I forgot it",
        "Tell me the description: I forgot it.",
        "Beschreibung, bitte schön",
        "Beschreibung\nvielen Dank!",
        "Descripción por favor",
        "descripción, gracias",
        "Disgrifiad os gwelwch yn dda",
        "Disgrifiad, diolch",
        "Disgrifiad: diolch yn fawr",
    ];
    all_are(&description, &Command::Description);
    let rules = [
        "règles svp",
        "règles : stp",
        "Quelles sont les règles ?",
        "rules, pls",
        "rules are there to be read",
        "the rules?",
        "Wie lauten die Regeln?",
        "¿Cuáles son las reglas?",
        "Beth yw'r rheolau? Rheolau: dw i ddim yn gwybod",
    ];
    all_are(&rules, &Command::Rules);
}

#[test]
fn a_new_text_stands_behind_a_colon_or_on_the_next_line() {
    let words = "For all who teach it.";
    for text in [
        "description: WORDS",
        "description:WORDS",
        "description = WORDS",
        "Description :\u{a0}WORDS",
        "description\nWORDS",
        "Hello,\n\nplease set the description: WORDS",
        "Could you change the description: WORDS",
        "new description:\nWORDS",
        "Neue Beschreibung: WORDS",
        "Beschreibung ändern: WORDS",
        "nouvelle description : WORDS",
        "cambiar la descripción: WORDS",
        "descripción nueva: WORDS",
        "Disgrifiad newydd: WORDS",
    ] {
        let expected = Command::Describe(words.to_owned());
        let text = text.replace("WORDS", words);
        assert_eq!(Command::parse(&text, &NAMES), expected, "{text}");
    }
    let rules = "Be kind.\nWhat else?";
    for text in ["Rules: RULES", "rules\nRULES", "Change the rules: RULES"] {
        let expected = Command::ChangeRules(rules.to_owned());
        let text = text.replace("RULES", rules);
        assert_eq!(Command::parse(&text, &NAMES), expected, "{text}");
    }
}

#[test]
fn sloppy_words_are_understood() {
    let help = [
        "Hello",
        "Hi there!",
        "Good morning",
        "Hallo zusammen",
        "Guten Tag",
        "Bitte hilf mir",
        "Könnt ihr mir helfen?",
        "Bonjour !",
        "aidez-moi",
        "Aidez-moi s'il vous plaît",
        "J'ai besoin d'aide",
        "¡Hola!",
        "Buenos días",
        "ayúdame, por favor",
        "Helo",
        "Bore da",
        "Helpwch fi os gwelwch yn dda",
        "help me please",
        "Hello, help please",
    ];
    all_are(&help, &Command::Help);
    let join = [
        "Could I join please",
        "let me join",
        "Join the network",
        "join English, please",
        "I want to join All of English",
        "Hi, can I join this group?",
        "follow",
        "Ich möchte beitreten",
        "Ich möchte dem Netzwerk beitreten.",
        "Je voudrais rejoindre le groupe",
        "Quiero unirme al grupo",
        "Hoffwn ymuno â'r rhwydwaith",
        "join @english@alliance.example",
    ];
    all_are(&join, &Command::Join);
    let leave = [
        "I'd like to leave now, thanks",
        "leave the group",
        "leave english",
        "Ich möchte austreten",
        "Bitte das Netzwerk verlassen",
        "Je voudrais quitter",
        "je veux quitter le réseau",
        "quiero salir",
        "Quiero salir del grupo, gracias",
        "hoffwn adael",
        "Hoffwn adael y grŵp",
    ];
    all_are(&leave, &Command::Leave);
    let stewards = [
        "moderators",
        "Who are the moderators here?",
        "Wer sind die Verantwortlichen?",
        "Qui sont les responsables ?",
        "¿Quiénes son los responsables?",
        "Pwy yw'r stiwardiaid",
        "stewards @english",
    ];
    all_are(&stewards, &Command::Stewards);
    let post = |deed| Command::Post(deed, vec![LINK.to_owned()]);
    let pin = [
        "Hi, please pin LINK",
        "Bonjour, épingler LINK",
        "Guten Tag, bitte LINK anheften",
        "Könntest du den Beitrag LINK anheften?",
        "Hola, ¿puedes fijar LINK?",
        "Bore da, allwch chi binio LINK",
        "pin LINK @english",
    ];
    all_are(&pin, &post(Deed::Pin));
    all_are(
        &["desfijar LINK", "unpin this one: LINK"],
        &post(Deed::Unpin),
    );
    all_are(
        &["Hello! Could you remove LINK", "LINK entfernen"],
        &post(Deed::Remove),
    );
    all_are(&["bitte LINK wiederherstellen"], &post(Deed::Restore));
    all_are(&["approve LINK", "LINK freigeben"], &post(Deed::Approve));
    let both = vec![LINK.to_owned(), "https://b.example/2".to_owned()];
    let texts = [
        "unpin LINK https://b.example/2",
        "unpin LINK and https://b.example/2, please",
    ];
    all_are(&texts, &Command::Post(Deed::Unpin, both));
    let confirm = [
        "I confirm 3",
        "Confirm number 3, please",
        "confirm no. 3",
        "confirm #3",
        "confirm proposal 3",
        "Ich bestätige 3",
        "Nummer 3 bestätigen, bitte",
        "je confirme la proposition 3",
        "Confirmo la propuesta 3",
        "cadarnhau rhif 3",
    ];
    all_are(&confirm, &Command::Confirm(3));
}

#[test]
fn people_are_named() {
    let mo = || "@mo@b.example".to_owned();
    all_are(
        &[
            "approve @mo@b.example",
            "Hi, please accept @mo@b.example.",
            "bitte @english @mo@b.example aufnehmen",
        ],
        &Command::Accept(mo()),
    );
    all_are(
        &["ablehnen @mo@b.example", "reject @mo@b.example, thanks"],
        &Command::Decline(mo()),
    );
    all_are(&["ablehnen mo"], &Command::Decline("mo".to_owned()));
    all_are(
        &[
            "kick @mo@b.example",
            "ban @mo@b.example from the network",
            "kick @mo@b.example out",
        ],
        &Command::Ban(mo()),
    );
    all_are(
        &["add @mo@b.example as steward"],
        &Command::AddSteward(mo()),
    );
    all_are(&["invite @mo @fay", "ban @mo and @fay"], &Command::Several);
}

#[test]
fn ordinary_sentences_are_no_commands() {
    all_are(ORDINARY, &Command::Unknown);
}
