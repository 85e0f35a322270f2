-- Several people may list a key of one id: whoever lists that of another takes nothing from them.
ALTER TABLE keys DROP CONSTRAINT keys_pkey;
ALTER TABLE keys ADD PRIMARY KEY (uri, account_id);
