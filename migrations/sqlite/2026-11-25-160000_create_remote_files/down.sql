DROP TABLE remote_files;
