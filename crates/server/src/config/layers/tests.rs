use super::*;

fn written(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn flags(set: &[&str]) -> Result<Config, ConfigError> {
    let set: Vec<String> = set.iter().map(|flag| (*flag).to_owned()).collect();
    load_only("--set", &set)
}

fn environment(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut layers = Layers::new()?;
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()));
    layers.environment(variables)?;
    layers.finish()
}

#[test]
fn flags_win_over_the_file_and_the_file_over_the_defaults() {
    let file = written(
        "[server]\npublic_url = 'https://school.example'\ntitle = 'File'\n[statuses]\nmax_characters = 900",
    );
    let config = load(Some(file.path()), &["server.title=Our staffroom".into()]).unwrap();
    assert_eq!(config.server.title, "Our staffroom");
    assert_eq!(config.statuses.max_characters, 900);
    assert_eq!(config.statuses.max_media, 4);
}

#[test]
fn a_mistake_in_a_file_is_blamed_on_the_file() {
    for (text, key, reason) in [
        ("[server]\ntytle = 'x'", "server.tytle", "server.title"),
        ("[sever]\ntitle = 'x'", "sever", "no such key"),
        ("title = 'x'", "title", "server.title"),
        ("server = 1", "server", "a section"),
        (
            "database.readers = 'many'",
            "database.readers",
            "a whole number",
        ),
        (
            "database.readers = 0",
            "database.readers",
            "between 1 and 256",
        ),
        ("mail.port = 70000", "mail.port", "between 1 and 65535"),
        ("mail.port = -1", "mail.port", "between 1 and 65535"),
        ("server.listen = 'nowhere'", "server.listen", "and a port"),
        (
            "server.public_url = 'school.example'",
            "server.public_url",
            "https://school.example",
        ),
        (
            "server.trusted_proxies = ['10.0.0.0/8', '10.1.1.1']",
            "server.trusted_proxies.1",
            "10.0.0.1/32",
        ),
        (
            "registrations.mode = 'maybe'",
            "registrations.mode",
            "maybe",
        ),
        ("mail.host = 'mail.example'", "mail.from", "mail.host"),
        ("logging.filter = 'infoo'", "logging.filter", "infoo"),
        (
            "server.source_url = 'ftp://x.example/'",
            "server.source_url",
            "http",
        ),
        ("database.url = 'sqlite:'", "database.url", "path"),
    ] {
        let file = written(text);
        let error = load(Some(file.path()), &[]).unwrap_err();
        assert_eq!(error.key, key, "{error}");
        assert!(error.reason.contains(reason), "{error}");
        assert_eq!(error.origin, file.path().display().to_string(), "{error}");
    }
}

#[test]
fn a_mistake_in_the_syntax_has_a_line_and_does_not_repeat_it() {
    let file = written("[mail]\nhost = 'mail.example'\npassword = hunter2\n");
    let error = load(Some(file.path()), &[]).unwrap_err().to_string();
    assert!(error.contains(", line 3: "), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn no_error_shows_a_password() {
    let file = written("mail.password = 12345678");
    let error = load(Some(file.path()), &[]).unwrap_err();
    assert_eq!(error.key, "mail.password");
    assert!(!error.to_string().contains("12345678"), "{error}");
    let error = flags(&["database.url=mysql://staff:hunter2@db/x"]).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    let error = flags(&["mail.passwort=hunter2"]).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn the_environment_and_flags_are_text_where_the_key_is_text() {
    let config = environment(&[
        ("STAFFROOM_MAIL__PASSWORD", "0012345678"),
        ("STAFFROOM_SERVER__TITLE", "2024"),
        ("STAFFROOM_SERVER__DESCRIPTION", "true"),
        ("STAFFROOM_DATABASE__READERS", "7"),
        ("STAFFROOM_COMMUNITY__SHOW_COUNTS", "true"),
        ("STAFFROOM_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, ::1/128"),
    ])
    .unwrap();
    assert_eq!(config.mail.password.reveal(), "0012345678");
    assert_eq!(config.server.title, "2024");
    assert_eq!(config.server.description, "true");
    assert_eq!(config.database.readers, 7);
    assert!(config.community.show_counts);
    assert_eq!(config.server.trusted_proxies.len(), 2);
    let config = flags(&["server.title=5", "server.trusted_proxies=[\"10.0.0.0/8\"]"]).unwrap();
    assert_eq!(config.server.title, "5");
    assert_eq!(config.server.trusted_proxies.len(), 1);
}

#[test]
fn a_mistake_in_the_environment_is_blamed_on_the_variable() {
    for (name, value, reason) in [
        ("STAFFROOM_SERVER__TYTLE", "x", "STAFFROOM_SERVER__TITLE"),
        ("STAFFROOM_SERVER_TITLE", "x", "STAFFROOM_SERVER__TITLE"),
        ("STAFFROOM_PUBLIC_URL", "x", "STAFFROOM_SERVER__PUBLIC_URL"),
        ("STAFFROOM_NONSENSE", "x", "no such key"),
        ("STAFFROOM_DATABASE__READERS", "many", "many"),
        ("STAFFROOM_DATABASE__READERS", "257", "between 1 and 256"),
        (
            "STAFFROOM_SERVER__PUBLIC_URL",
            "school",
            "https://school.example",
        ),
    ] {
        let error = environment(&[(name, value)]).unwrap_err();
        assert_eq!(error.origin, name, "{error}");
        assert!(error.reason.contains(reason), "{error}");
    }
    assert!(
        environment(&[
            ("STAFFROOM_CONFIG", "x"),
            ("STAFFROOM_TEST_POSTGRES", "x"),
            ("STAFFROOM_PORT", "tcp://10.0.0.1:3000"),
        ])
        .is_ok()
    );
}

#[test]
fn a_wrong_flag_names_its_key_and_reason() {
    let error = flags(&["database.readers=many"]).unwrap_err();
    assert_eq!(
        (error.origin.as_str(), error.key.as_str()),
        ("--set", "database.readers")
    );
    assert!(error.reason.contains("many"), "{error}");
    assert!(flags(&["server.title"]).is_err());
}

#[test]
fn switches_for_tests_are_refused_in_public() {
    let with = |url: &str, more: &[&str]| {
        let url = format!("server.public_url={url}");
        let mut set = vec![url.as_str()];
        set.extend(more);
        flags(&set).map_err(|error| error.key)
    };
    let (loopback, http) = (
        "federation.allow_loopback=true",
        "federation.allow_http=true",
    );
    for nearby in [
        "localhost:3000",
        "moor.localhost",
        "127.0.0.1:3000",
        "10.1.2.3",
        "172.17.0.2:3000",
        "192.168.1.5",
        "192.0.2.7",
        "staffroom-a:3000",
        "[::1]:3000",
    ] {
        let (plain, tls) = (format!("http://{nearby}"), format!("https://{nearby}"));
        assert!(with(&plain, &[loopback, http]).is_ok(), "{nearby}");
        assert!(with(&tls, &[loopback]).is_ok(), "{nearby}");
        assert_eq!(with(&plain, &[loopback]).unwrap_err(), "server.public_url");
        assert_eq!(with(&tls, &[]).unwrap_err(), "server.public_url");
    }
    for public in ["school.org", "9.9.9.9"] {
        let tls = format!("https://{public}");
        assert!(with(&tls, &[]).is_ok(), "{public}");
        assert_eq!(
            with(&tls, &[loopback]).unwrap_err(),
            "federation.allow_loopback"
        );
        assert_eq!(with(&tls, &[http]).unwrap_err(), "federation.allow_http");
        let plain = format!("http://{public}");
        assert_eq!(with(&plain, &[]).unwrap_err(), "server.public_url");
        assert_eq!(with(&plain, &[http]).unwrap_err(), "federation.allow_http");
    }
    for none in ["169.254.169.254", "0.0.0.0", "224.0.0.1", "[::]"] {
        let tls = format!("https://{none}");
        assert_eq!(
            with(&tls, &[loopback]).unwrap_err(),
            "server.public_url",
            "{none}"
        );
    }
}

#[test]
fn every_key_is_shown_and_no_password() {
    let config = flags(&[
        "database.url=postgres://staff:hunter2@localhost/staffroom",
        "mail.password=https://hunter2",
    ])
    .unwrap();
    let shown = config.show().unwrap();
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(config.database.url.reveal().contains("hunter2"));
    let (mut known, mut printed) = (Vec::new(), Vec::new());
    leaves(&REFERENCE.parse().unwrap(), "", &mut known);
    leaves(&shown.parse().unwrap(), "", &mut printed);
    assert_eq!(known, printed);
}
