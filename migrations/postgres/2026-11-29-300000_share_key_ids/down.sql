DELETE FROM keys AS later USING keys AS first
    WHERE later.uri = first.uri AND later.account_id > first.account_id;
ALTER TABLE keys DROP CONSTRAINT keys_pkey;
ALTER TABLE keys ADD PRIMARY KEY (uri);
