DROP TABLE markers;
DROP TABLE home_feed;
DROP TABLE notifications;
DROP TABLE bookmarks;
DROP TABLE favourites;
DROP TABLE blocks;
DROP TABLE follows;
