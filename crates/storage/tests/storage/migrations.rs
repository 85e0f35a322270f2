//! The way up, the way down, and several on it at once.

use storage::{Database, instances, migrations};
use test_support::{Kind, TestDatabase, everywhere};

#[test]
fn tables_go_up_and_down_and_up_again() {
    for database in everywhere() {
        let mut connection = database.connect();
        migrations::run(&mut connection).unwrap();
        migrations::revert_all(&mut connection).unwrap();
        migrations::run(&mut connection).unwrap();
        assert_eq!(instances::count(&mut connection).unwrap(), 0);
    }
}

#[test]
fn several_may_bring_the_same_tables_up_to_date() {
    let empty = [Kind::Sqlite, Kind::Postgres]
        .into_iter()
        .filter_map(TestDatabase::empty);
    for database in empty {
        let open = || Database::open_single(&database.settings).map(drop);
        std::thread::scope(|scope| {
            let opening: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
            for opened in opening {
                opened.join().unwrap().unwrap();
            }
        });
    }
}
