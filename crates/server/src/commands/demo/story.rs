//! What the twelve teachers of the demo are called and say. None of them exists.

use std::time::Duration;

use anyhow::Context;
use domain::{ApplicationId, Role, StatusId, Visibility};
use service::follows::FollowWishes;
use service::networks::{self, NewNetwork};
use service::oauth::{self, NewApplication, Person};
use service::profile::ProfileChange;
use service::statuses::{self, NewStatus};
use service::users::{self, NewUser};
use service::views::{AccountView, StatusView};
use service::{App, accounts, follows, profile};

use crate::commands::say;

pub const PASSWORD: &str = "chalk-and-cheese";
/// Whom to sign in as first.
pub const FIRST: &str = "amara";

/// User name, full name, what they say of themselves.
type Teacher = (&'static str, &'static str, &'static str);

const HARBOUR: [Teacher; 6] = [
    ("amara", "Amara Okoye", "Year 5, maths lead. #Maths #KS2"),
    (
        "bryn",
        "Bryn Howells",
        "Reception. Mud kitchen in all weathers. #EYFS",
    ),
    (
        "celia",
        "Celia Marsh",
        "Head teacher. Answers with questions.",
    ),
    (
        "dev",
        "Dev Anand",
        "Computing and anything with wires. #Computing #KS2",
    ),
    (
        "esme",
        "Esme Fairfax",
        "Music, and the choir on Thursdays. #Music",
    ),
    (
        "farah",
        "Farah Siddiqui",
        "SENCO. Small steps, often. #SEND",
    ),
];

const MOOR: [Teacher; 6] = [
    (
        "gwen",
        "Gwen Tallis",
        "English, Key Stage 3. Reads aloud. #English #KS3",
    ),
    (
        "hugo",
        "Hugo Bennett",
        "Science technician with opinions on goggles. #Science",
    ),
    (
        "imani",
        "Imani Clarke",
        "Maths, transition from primary. #Maths #KS3",
    ),
    (
        "jonas",
        "Jonas Weir",
        "History. Primary sources, secondary school. #History",
    ),
    ("kit", "Kit Larkin", "Languages: français, Cymraeg. #MFL"),
    (
        "lena",
        "Lena Moss",
        "Assessment lead. Fewer marks, better feedback. #Assessment",
    ),
];

/// A school with its teachers.
struct School<'a> {
    app: &'a App,
    application: ApplicationId,
    people: Vec<Person>,
}

/// Fills both schools, unless they are filled already.
pub async fn tell(harbour: &App, moor: &App) -> anyhow::Result<()> {
    if !users::list(harbour).await?.is_empty() {
        return Ok(());
    }
    say("Filling the staffrooms …");
    let harbour = School::open(harbour, &HARBOUR).await?;
    let moor = School::open(moor, &MOOR).await?;
    harbour.follow_each_other().await?;
    moor.follow_each_other().await?;
    for (follower, followed) in [
        ("amara", "imani"),
        ("amara", "lena"),
        ("amara", "gwen"),
        ("dev", "hugo"),
        ("esme", "kit"),
        ("farah", "lena"),
    ] {
        harbour.follow_elsewhere(follower, followed, &moor).await?;
    }
    for (follower, followed) in [
        ("imani", "amara"),
        ("gwen", "esme"),
        ("lena", "celia"),
        ("kit", "esme"),
    ] {
        moor.follow_elsewhere(follower, followed, &harbour).await?;
    }
    let first = moor
        .post("imani", "New Year 7s arrive able to add fractions and unable to say why. We now start with folded paper strips for a week, no algorithms. What do you do in Year 6? #Maths #KS3", None)
        .await?;
    harbour.post("bryn", "The mud kitchen menu today: leaf soup, gravel crumble. Twenty-six new words written on slates. #EYFS", None).await?;
    let lesson = harbour.post("esme", "Rounds before harmony. Frère Jacques in four languages, one for each table, then all at once. Glorious. #Music", None).await?;
    moor.post("lena", "We stopped grading homework in Key Stage 3. One comment, one question, one thing to try. Marking time is down by a third. #Assessment #KS3", None).await?;
    moor.post(
        "hugo",
        "Reminder that goggles go over the eyes. #Science",
        None,
    )
    .await?;
    harbour.post("dev", "micro:bit step counters, tested by chasing Mr Howells round the playground. Code and worksheet are free to adapt. #Computing #KS2", None).await?;
    moor.post("jonas", "Lesson that worked: one shipping list from 1841, no questions given. They wrote the questions. #History", None).await?;
    moor.post("gwen", "Reading aloud to Year 9 for ten minutes each day. Nobody has asked me to stop. #English #KS3", None).await?;
    let answered = harbour.arrived("amara", &first).await?;
    let host = moor.app.settings().host.to_string();
    harbour
        .post("amara", &format!("@imani@{host} Cuisenaire rods, and they must draw it before they write it. Happy to send you our Year 6 sequence. #Maths"), Some(answered))
        .await?;
    let harbour_host = harbour.app.settings().host.to_string();
    let sung = moor.arrived("kit", &lesson).await?;
    moor.post("kit", &format!("@esme@{harbour_host} Could we have the Welsh one? My Year 8s would love to send you a recording back."), Some(sung)).await?;
    let kit = moor.person("kit")?;
    statuses::favourite(moor.app, kit, sung).await?;
    statuses::boost(moor.app, moor.person("gwen")?, sung, None).await?;
    let plan = spread_a_plan(&harbour, &moor).await?;
    let network = found_a_network(&harbour, &moor).await?;
    say(&format!("What came of one lesson plan: {plan}/tree"));
    say(&format!("A network of both schools: {network}"));
    Ok(())
}

/// A practice post of one school, adapted in the other, and once more at home in another language. Gives where it stands.
async fn spread_a_plan(harbour: &School<'_>, moor: &School<'_>) -> anyhow::Result<String> {
    let plan = moor.post("gwen", "The five-minute plan\n\nOne page, five boxes: what they know, what they will know, the question, the task, the check. It takes five minutes and survives a fire drill. #Practice #KS3 #English #LessonPlan #CCBY", None).await?;
    let read = harbour.arrived("amara", &plan).await?;
    let url = harbour.address(read).await?;
    let adapted = harbour.post("amara", &format!("The five-minute plan for Year 5\n\nThe same five boxes, with a picture in each. The check is a hand signal. Adapted from {url} #Practice #KS2 #Maths #LessonPlan #CCBY"), None).await?;
    let back = moor.arrived("imani", &adapted).await?;
    let url = moor.address(back).await?;
    moor.post_in("cy", "kit", &format!("Cynllun pum munud\n\nPum blwch, un dudalen, yn Gymraeg. Addaswyd o {url} #Practice #KS3 #MFL #LessonPlan #CCBY"), None).await?;
    harbour.post("esme", &format!("The five-minute rehearsal\n\nFive boxes again: warm-up, phrase, problem, whole, cheer. Adapted from {plan} #Practice #KS2 #Music #LessonPlan #CCBY"), None).await?;
    harbour.address(read).await
}

/// A network of both schools, with a thread in it. Gives where it is to be seen.
async fn found_a_network(harbour: &School<'_>, moor: &School<'_>) -> anyhow::Result<String> {
    let (here, there) = (&harbour.app.settings().host, &moor.app.settings().host);
    let new = NewNetwork {
        name: "maths".to_owned(),
        title: "Maths across the bay".to_owned(),
        description: "From counting to calculus. Ask anything.".to_owned(),
        stewards: vec![format!("amara@{here}"), format!("imani@{there}")],
        rules: "Be kind, be concrete.".to_owned(),
        ..NewNetwork::default()
    };
    let made = networks::create(harbour.app, new).await?;
    let network = format!("maths@{here}");
    for member in ["imani", "lena", "hugo"] {
        moor.follow_elsewhere(member, "maths", harbour).await?;
    }
    for member in ["amara", "dev"] {
        harbour.follow_elsewhere(member, "maths", harbour).await?;
    }
    let question = moor.post("imani", &format!("@{network} Who has a good first lesson on negative numbers that is not a thermometer?"), None).await?;
    let read = harbour.arrived("amara", &question).await?;
    harbour.post("amara", &format!("@imani@{there} A lift in a building with three basements. They draw the buttons first. #Answered"), Some(read)).await?;
    // Who does not follow Imani reads her by the network.
    let passed_on = harbour.passed_on("dev", &question).await?;
    harbour.post("dev", &format!("@imani@{there} A game score that may go below nothing; mine wrote it for the micro:bit."), Some(passed_on)).await?;
    Ok(made.account.account.url)
}

impl<'a> School<'a> {
    async fn open(app: &'a App, teachers: &[Teacher]) -> anyhow::Result<Self> {
        let application = oauth::register_application(
            app,
            NewApplication {
                name: "Demo".to_owned(),
                redirect_uris: vec![oauth::OUT_OF_BAND.to_owned()],
                scopes: Some("read write".to_owned()),
                website: None,
            },
        )
        .await?;
        let mut people = Vec::new();
        for (name, display_name, note) in teachers {
            let new = NewUser {
                username: (*name).to_owned(),
                email: format!("{name}@staffroom.example"),
                password: Some(PASSWORD.to_owned()),
                role: if people.is_empty() {
                    Role::Owner
                } else {
                    Role::User
                },
                confirmed: true,
            };
            let (person, _) = users::create(app, new).await?;
            let change = ProfileChange {
                display_name: Some((*display_name).to_owned()),
                note: Some((*note).to_owned()),
                discoverable: Some(true),
                ..ProfileChange::default()
            };
            profile::update(app, &person, change).await?;
            people.push(person);
        }
        Ok(Self {
            app,
            application: application.application.id,
            people,
        })
    }

    fn person(&self, name: &str) -> anyhow::Result<&Person> {
        self.people
            .iter()
            .find(|person| person.account.username == name)
            .with_context(|| format!("nobody is called {name}"))
    }

    async fn follow_each_other(&self) -> anyhow::Result<()> {
        for one in &self.people {
            for other in self.people.iter().filter(|other| other.id() != one.id()) {
                follows::follow(self.app, one, other.id(), FollowWishes::default()).await?;
            }
        }
        Ok(())
    }

    /// Follows somebody at the other school, and waits for the answer.
    async fn follow_elsewhere(
        &self,
        follower: &str,
        followed: &str,
        other: &School<'_>,
    ) -> anyhow::Result<()> {
        let follower = self.person(follower)?;
        let handle = format!("{followed}@{}", other.app.settings().host);
        let found: AccountView = accounts::lookup(self.app, Some(follower), &handle, true)
            .await
            .context(handle.clone())?;
        follows::follow(
            self.app,
            follower,
            found.account.id,
            FollowWishes::default(),
        )
        .await?;
        patiently(async || {
            let relation = accounts::relationships(self.app, follower, &[found.account.id]).await?;
            Ok(relation
                .first()
                .is_some_and(|relation| relation.following)
                .then_some(()))
        })
        .await
        .with_context(|| format!("{handle} did not answer"))
    }

    async fn post(
        &self,
        author: &str,
        text: &str,
        in_reply_to: Option<StatusId>,
    ) -> anyhow::Result<String> {
        self.post_in("en", author, text, in_reply_to).await
    }

    async fn post_in(
        &self,
        language: &str,
        author: &str,
        text: &str,
        in_reply_to: Option<StatusId>,
    ) -> anyhow::Result<String> {
        let new = NewStatus {
            text: text.to_owned(),
            visibility: Some(Visibility::Public),
            language: Some(language.to_owned()),
            in_reply_to,
            ..NewStatus::default()
        };
        let view = statuses::publish(self.app, self.person(author)?, self.application, new).await?;
        Ok(view.status.uri)
    }

    /// Where a post is to be read, at the school that wrote it.
    async fn address(&self, id: StatusId) -> anyhow::Result<String> {
        let view = statuses::view(self.app, self.people.first(), id).await?;
        Ok(view.status.url)
    }

    /// Waits until a network has passed a post on into somebody's home timeline here.
    async fn passed_on(&self, reader: &str, uri: &str) -> anyhow::Result<StatusId> {
        self.find_at_home(reader, |view| {
            let boosted = view.boosted.as_deref()?;
            (boosted.status.uri == uri).then_some(boosted.status.id)
        })
        .await
        .with_context(|| format!("{uri} was not passed on"))
    }

    /// Waits until a post of the other school is in somebody's home timeline here.
    async fn arrived(&self, reader: &str, uri: &str) -> anyhow::Result<StatusId> {
        self.find_at_home(reader, |view| {
            (view.status.uri == uri).then_some(view.status.id)
        })
        .await
        .with_context(|| format!("{uri} did not arrive"))
    }

    async fn find_at_home(
        &self,
        reader: &str,
        wanted: impl Fn(&StatusView) -> Option<StatusId>,
    ) -> anyhow::Result<StatusId> {
        let reader = self.person(reader)?;
        patiently(async || {
            let home = service::timelines::home(self.app, reader, domain::Page::newest(40)).await?;
            Ok(home.items.iter().find_map(&wanted))
        })
        .await
    }
}

/// Asks again until there is an answer, for at most half a minute.
async fn patiently<T>(ask: impl AsyncFn() -> service::Result<Option<T>>) -> anyhow::Result<T> {
    for _ in 0..300 {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("it took too long")
}
