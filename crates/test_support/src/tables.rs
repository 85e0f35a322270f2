//! Databases with all tables and nothing in them, made once and copied for each test: to make them takes a second.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use storage::{DbConnection, migrations};

use crate::databases::settings;

const NAME: &str = "staffroom_test_tables_";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Differs as soon as a migration does.
fn name(kind: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut steps: Vec<PathBuf> = std::fs::read_dir(folder.join(kind))
        .unwrap_or_else(|error| panic!("the migrations: {error}"))
        .filter_map(|entry| Some(entry.ok()?.path().join("up.sql")))
        .collect();
    steps.sort();
    let mut hasher = DefaultHasher::new();
    for step in steps {
        step.hash(&mut hasher);
        std::fs::read(&step).unwrap_or_default().hash(&mut hasher);
    }
    format!("{NAME}{:016x}", hasher.finish())
}

fn bring_up_to_date(url: String) {
    let mut connection: DbConnection = settings(url)
        .connect()
        .unwrap_or_else(|error| panic!("tables for all tests: {error}"));
    migrations::run(&mut connection)
        .unwrap_or_else(|error| panic!("tables for all tests: {error}"));
}

/// Puts a database with tables there.
pub(crate) fn copy_sqlite(path: &Path) {
    let made = std::env::temp_dir().join(name("sqlite"));
    if !made.exists() {
        // Whoever is first makes it, or several do.
        let folder = tempfile::tempdir_in(std::env::temp_dir())
            .unwrap_or_else(|error| panic!("a folder for tables: {error}"));
        let new = folder.path().join("staffroom.db");
        bring_up_to_date(format!("sqlite:{}", new.display()));
        std::fs::rename(&new, &made)
            .unwrap_or_else(|error| panic!("tables for all tests: {error}"));
    }
    std::fs::copy(&made, path).unwrap_or_else(|error| panic!("tables for a test: {error}"));
}

/// The name of a database with tables, to which nobody is connected.
pub(crate) fn on_postgres(server: &str, connection: &mut PgConnection) -> String {
    let name = name("postgres");
    if is_there(connection, &name) {
        return name;
    }
    run(connection, "SELECT pg_advisory_lock(7270999)");
    if !is_there(connection, &name) {
        let new = format!("{name}_new");
        run(
            connection,
            &format!("DROP DATABASE IF EXISTS {new} WITH (FORCE)"),
        );
        run(connection, &format!("CREATE DATABASE {new}"));
        bring_up_to_date(format!("{server}/{new}"));
        run(
            connection,
            &format!("ALTER DATABASE {new} RENAME TO {name}"),
        );
    }
    run(connection, "SELECT pg_advisory_unlock(7270999)");
    name
}

fn is_there(connection: &mut PgConnection, name: &str) -> bool {
    let query = format!("SELECT count(*) AS count FROM pg_database WHERE datname = '{name}'");
    let found: Found = diesel::sql_query(query)
        .get_result(connection)
        .unwrap_or_else(|error| panic!("tables for all tests: {error}"));
    found.count > 0
}

fn run(connection: &mut PgConnection, statement: &str) {
    diesel::sql_query(statement)
        .execute(connection)
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
}
