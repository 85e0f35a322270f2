DROP TABLE network_proposals;
DROP TABLE network_posts;
DROP TABLE network_invitations;
DROP TABLE network_bans;
DROP TABLE network_stewards;
DROP TABLE networks;
