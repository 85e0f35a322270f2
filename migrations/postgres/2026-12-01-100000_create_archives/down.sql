DROP TABLE imported_posts;
DROP TABLE post_import_items;
DROP TABLE post_imports;
DROP TABLE archives;
