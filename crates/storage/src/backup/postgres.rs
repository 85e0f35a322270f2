//! PostgreSQL: every table as JSON lines, at one moment; nothing beside this program is needed on either way.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::files::{Writing, at};
use super::manifest::{DATABASE, Entry, Manifest};
use super::{BackupError, Copy, Result};
use crate::{DatabaseSettings, DbConnection, Error, migrations};

/// Bytes of rows in one statement.
const BATCH: usize = 1_024 * 1_024;
const HISTORY: &str = "__diesel_schema_migrations";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// A rule between tables, that is set aside while they are filled.
#[derive(QueryableByName)]
struct Rule {
    #[diesel(sql_type = Text)]
    of_table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    definition: String,
}

/// Writes a file for each table, all as they were at one moment.
pub(super) fn copy(settings: &DatabaseSettings, folder: &Path) -> Result<Copy> {
    let mut conn = settings.connect()?;
    conn.transaction(|conn| {
        diesel::sql_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            .execute(postgres(conn)?)?;
        let mut files = Vec::new();
        let mut counts = BTreeMap::new();
        for table in tables(postgres(conn)?)? {
            let (count, entry) = write_table(postgres(conn)?, &table, folder)?;
            files.push(entry);
            counts.insert(table, count);
        }
        Ok(Copy {
            files,
            migrations: history(postgres(conn)?)?,
            tables: counts,
            named: crate::media::named_files(conn)?,
        })
    })
}

fn write_table(conn: &mut PgConnection, table: &str, folder: &Path) -> Result<(i64, Entry)> {
    let path = folder.join(file_of(table));
    let mut writing = Writing::begin(&path)?;
    let mut count = 0;
    let rows = diesel::sql_query(format!(
        "SELECT row_to_json(t)::text AS line FROM {} t",
        quoted(table)
    ))
    .load_iter::<Line, PgRowByRowLoadingMode>(conn)?;
    for row in rows {
        let mut line = row?.line;
        line.push('\n');
        writing.write_all(line.as_bytes()).map_err(at(&path))?;
        count += 1;
    }
    let entry = writing.end(format!("{DATABASE}/{}", file_of(table)))?;
    Ok((count, entry))
}

/// # Errors
/// If there are tables.
pub(super) fn is_free(settings: &DatabaseSettings) -> Result<()> {
    let mut conn = settings.connect()?;
    match tables(postgres(&mut conn)?)?.first() {
        None => Ok(()),
        Some(_) => Err(BackupError::Refused(
            "database.url: the database has tables already; nothing is overwritten".to_owned(),
        )),
    }
}

/// Makes the tables as they were when the backup was made, and fills them: all of it or nothing.
pub(super) fn restore(
    manifest: &Manifest,
    source: &Path,
    settings: &DatabaseSettings,
) -> Result<()> {
    let mut conn = settings.connect()?;
    conn.transaction(|conn| {
        migrations::run_these(conn, &manifest.migrations)?;
        let conn = postgres(conn)?;
        let there = tables(conn)?;
        if let Some(unknown) = manifest.tables.keys().find(|name| !there.contains(name)) {
            return Err(BackupError::Damaged(format!(
                "there is no table {unknown} in this version"
            )));
        }
        let rules = rules(conn)?;
        for rule in &rules {
            conn.batch_execute(&format!(
                "ALTER TABLE {} DROP CONSTRAINT {}",
                rule.of_table,
                quoted(&rule.name)
            ))?;
        }
        for table in &there {
            let Some(expected) = manifest.tables.get(table) else {
                continue;
            };
            fill(conn, table, source)?;
            let count: Count =
                diesel::sql_query(format!("SELECT count(*) AS rows FROM {}", quoted(table)))
                    .get_result(conn)?;
            if count.rows != *expected {
                return Err(BackupError::Damaged(format!(
                    "{table}: {} rows, and the manifest says {expected}",
                    count.rows
                )));
            }
        }
        for rule in &rules {
            conn.batch_execute(&format!(
                "ALTER TABLE {} ADD CONSTRAINT {} {}",
                rule.of_table,
                quoted(&rule.name),
                rule.definition
            ))?;
        }
        Ok(())
    })
}

/// Fills a table from its file, many rows at a time. What migrations put into it makes room; columns that are
/// computed are computed again.
fn fill(conn: &mut PgConnection, table: &str, source: &Path) -> Result<()> {
    let path = source.join(DATABASE).join(file_of(table));
    let table = quoted(table);
    conn.batch_execute(&format!(
        "DELETE FROM {table}; ALTER TABLE {table} DISABLE TRIGGER USER"
    ))?;
    let columns: Vec<Line> = diesel::sql_query(
        "SELECT quote_ident(attname) AS line FROM pg_attribute WHERE attrelid = $1::regclass \
         AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
    )
    .bind::<Text, _>(&table)
    .load(conn)?;
    let columns: Vec<String> = columns.into_iter().map(|column| column.line).collect();
    let columns = columns.join(", ");
    let insert = format!(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, $1::json)"
    );
    let mut rows = String::new();
    let file = File::open(&path).map_err(at(&path))?;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(at(&path))?;
        rows.push(if rows.is_empty() { '[' } else { ',' });
        rows.push_str(&line);
        if rows.len() > BATCH {
            put(conn, &insert, &mut rows)?;
        }
    }
    put(conn, &insert, &mut rows)?;
    conn.batch_execute(&format!("ALTER TABLE {table} ENABLE TRIGGER USER"))?;
    Ok(())
}

fn put(conn: &mut PgConnection, insert: &str, rows: &mut String) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    rows.push(']');
    diesel::sql_query(insert)
        .bind::<Text, _>(&*rows)
        .execute(conn)?;
    rows.clear();
    Ok(())
}

/// All tables but that of the migrations.
fn tables(conn: &mut PgConnection) -> Result<Vec<String>> {
    let found: Vec<Line> = diesel::sql_query(format!(
        "SELECT tablename::text AS line FROM pg_tables \
         WHERE schemaname = current_schema() AND tablename <> '{HISTORY}' ORDER BY tablename"
    ))
    .load(conn)?;
    Ok(found.into_iter().map(|table| table.line).collect())
}

fn history(conn: &mut PgConnection) -> Result<Vec<String>> {
    let found: Vec<Line> = diesel::sql_query(format!(
        "SELECT version::text AS line FROM {HISTORY} ORDER BY version"
    ))
    .load(conn)?;
    Ok(found.into_iter().map(|version| version.line).collect())
}

/// What ties rows of one table to rows of another, or of the same one, which is filled piece by piece.
fn rules(conn: &mut PgConnection) -> Result<Vec<Rule>> {
    Ok(diesel::sql_query(
        "SELECT conrelid::regclass::text AS of_table, conname::text AS name, \
         pg_get_constraintdef(oid) AS definition FROM pg_constraint \
         WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY conname",
    )
    .load(conn)?)
}

fn postgres(conn: &mut DbConnection) -> Result<&mut PgConnection> {
    match conn {
        DbConnection::Postgres(inner) => Ok(inner),
        DbConnection::Sqlite(_) => {
            Err(Error::Unavailable("this is not a PostgreSQL".to_owned()).into())
        }
    }
}

fn file_of(table: &str) -> String {
    format!("{table}.jsonl")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
