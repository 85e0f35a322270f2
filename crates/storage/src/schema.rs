//! The tables, as diesel sees them; the truth is in `migrations/`.

diesel::table! {
    accounts (id) {
        id -> BigInt,
        username -> Text,
        host -> Nullable<Text>,
        handle_key -> Text,
        uri -> Text,
        url -> Text,
        kind -> SmallInt,
        display_name -> Text,
        note -> Text,
        note_source -> Text,
        fields -> Text,
        avatar -> Nullable<Text>,
        avatar_remote_url -> Nullable<Text>,
        header -> Nullable<Text>,
        header_remote_url -> Nullable<Text>,
        locked -> Bool,
        discoverable -> Bool,
        indexable -> Bool,
        hide_collections -> Bool,
        inbox_uri -> Text,
        shared_inbox_uri -> Nullable<Text>,
        outbox_uri -> Text,
        followers_uri -> Text,
        following_uri -> Text,
        featured_uri -> Nullable<Text>,
        also_known_as -> Text,
        moved_to_uri -> Nullable<Text>,
        emojis -> Text,
        statuses_count -> BigInt,
        followers_count -> BigInt,
        following_count -> BigInt,
        last_status_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        fetched_at -> Nullable<Timestamp>,
        silenced_at -> Nullable<Timestamp>,
        suspended_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
        suspended_by_home -> Bool,
        attribution_domains -> Text,
        sensitized_at -> Nullable<Timestamp>,
        edited_at -> Nullable<Timestamp>,
        avatar_description -> Text,
        header_description -> Text,
        show_media -> Bool,
        show_media_replies -> Bool,
        show_featured -> Bool,
        collections_uri -> Nullable<Text>,
        feature_policy -> Integer,
        said_statuses -> Nullable<BigInt>,
        said_followers -> Nullable<BigInt>,
        said_following -> Nullable<BigInt>,
    }
}

diesel::table! {
    custom_emojis (id) {
        id -> BigInt,
        shortcode -> Text,
        category -> Nullable<Text>,
        file -> Text,
        static_file -> Text,
        mime -> Text,
        visible_in_picker -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        bytes -> Nullable<BigInt>,
    }
}

diesel::table! {
    keys (uri, account_id) {
        uri -> Text,
        account_id -> BigInt,
        public_pem -> Text,
        private_pem -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        account_id -> BigInt,
        email -> Text,
        password_hash -> Text,
        role -> SmallInt,
        locale -> Text,
        default_visibility -> SmallInt,
        default_sensitive -> Bool,
        default_language -> Nullable<Text>,
        reason -> Text,
        invite_id -> Nullable<BigInt>,
        confirmed_at -> Nullable<Timestamp>,
        approved_at -> Nullable<Timestamp>,
        disabled_at -> Nullable<Timestamp>,
        last_seen_at -> Timestamp,
        created_at -> Timestamp,
        default_quote_policy -> Integer,
        filters_version -> BigInt,
        default_content_type -> SmallInt,
        ask_before_adaptation -> Bool,
    }
}

diesel::table! {
    invites (id) {
        id -> BigInt,
        code -> Text,
        user_id -> Nullable<BigInt>,
        max_uses -> Nullable<BigInt>,
        uses -> BigInt,
        expires_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    mail_tokens (token_hash) {
        token_hash -> Text,
        user_id -> BigInt,
        purpose -> SmallInt,
        expires_at -> Timestamp,
        email -> Nullable<Text>,
    }
}

diesel::table! {
    polls (id) {
        id -> BigInt,
        status_id -> BigInt,
        account_id -> BigInt,
        multiple -> Bool,
        hide_totals -> Bool,
        expires_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        votes_count -> BigInt,
        voters_count -> Nullable<BigInt>,
        announced_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    poll_options (poll_id, position) {
        poll_id -> BigInt,
        position -> SmallInt,
        title -> Text,
        votes_count -> BigInt,
    }
}

diesel::table! {
    poll_votes (poll_id, account_id, position) {
        poll_id -> BigInt,
        account_id -> BigInt,
        position -> SmallInt,
        uri -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    push_subscriptions (token_id) {
        token_id -> BigInt,
        account_id -> BigInt,
        access_token -> Text,
        endpoint -> Text,
        host -> Text,
        p256dh -> Text,
        auth -> Text,
        standard -> Bool,
        alerts -> Text,
        policy -> SmallInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    pushes (token_id, notification_id) {
        token_id -> BigInt,
        notification_id -> BigInt,
        host -> Text,
        run_at -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        attempts -> Integer,
        created_at -> Timestamp,
    }
}

diesel::table! {
    quotes (id) {
        id -> BigInt,
        status_id -> BigInt,
        account_id -> BigInt,
        quoted_uri -> Text,
        quoted_status_id -> Nullable<BigInt>,
        quoted_account_id -> Nullable<BigInt>,
        state -> SmallInt,
        request_uri -> Nullable<Text>,
        approval_uri -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    moves (account_id) {
        account_id -> BigInt,
        target_uri -> Text,
        moved_at -> Timestamp,
    }
}

diesel::table! {
    featured_tags (id) {
        id -> BigInt,
        account_id -> BigInt,
        tag_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    remote_files (digest) {
        digest -> Text,
        file -> Text,
        thumbnail -> Nullable<Text>,
        mime -> Text,
        size -> BigInt,
        fetched_at -> Timestamp,
        used_at -> Timestamp,
    }
}

diesel::table! {
    server_state (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        user_id -> BigInt,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        browser -> Text,
    }
}

diesel::table! {
    second_factors (user_id) {
        user_id -> BigInt,
        secret -> Text,
        confirmed_at -> Nullable<Timestamp>,
        last_step -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    recovery_codes (user_id, code_hash) {
        user_id -> BigInt,
        code_hash -> Text,
    }
}

diesel::table! {
    pending_sign_ins (token_hash) {
        token_hash -> Text,
        user_id -> BigInt,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    passkeys (id) {
        id -> BigInt,
        user_id -> BigInt,
        credential_id -> Text,
        name -> Text,
        data -> Text,
        created_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    passkey_ceremonies (token_hash) {
        token_hash -> Text,
        user_id -> Nullable<BigInt>,
        purpose -> SmallInt,
        state -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    sign_in_failures (subject) {
        subject -> Text,
        failures -> BigInt,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    applications (id) {
        id -> BigInt,
        client_id -> Text,
        client_secret_hash -> Text,
        name -> Text,
        website -> Nullable<Text>,
        redirect_uris -> Text,
        scopes -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    access_tokens (id) {
        id -> BigInt,
        token_hash -> Text,
        application_id -> BigInt,
        user_id -> Nullable<BigInt>,
        scopes -> Text,
        created_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    authorization_codes (code_hash) {
        code_hash -> Text,
        application_id -> BigInt,
        user_id -> BigInt,
        redirect_uri -> Text,
        scopes -> Text,
        code_challenge -> Nullable<Text>,
        expires_at -> Timestamp,
        token_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    status_index (status_id) {
        status_id -> BigInt,
    }
}

diesel::table! {
    status_index_queue (status_id) {
        status_id -> BigInt,
    }
}

diesel::table! {
    statuses (id) {
        id -> BigInt,
        account_id -> BigInt,
        uri -> Text,
        url -> Text,
        local -> Bool,
        conversation_id -> BigInt,
        in_reply_to_id -> Nullable<BigInt>,
        in_reply_to_account_id -> Nullable<BigInt>,
        in_reply_to_uri -> Nullable<Text>,
        reblog_of_id -> Nullable<BigInt>,
        visibility -> SmallInt,
        content -> Text,
        text -> Text,
        spoiler_text -> Text,
        sensitive -> Bool,
        language -> Nullable<Text>,
        application_id -> Nullable<BigInt>,
        emojis -> Text,
        replies_count -> BigInt,
        reblogs_count -> BigInt,
        favourites_count -> BigInt,
        created_at -> Timestamp,
        edited_at -> Nullable<Timestamp>,
        pinned_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
        quotes_count -> BigInt,
        quote_policy -> Integer,
        has_poll -> Bool,
        has_quote -> Bool,
        has_source -> Bool,
        local_only -> Bool,
        card_id -> Nullable<BigInt>,
        held_at -> Nullable<Timestamp>,
        content_type -> SmallInt,
        said_favourites -> Nullable<BigInt>,
        said_reblogs -> Nullable<BigInt>,
    }
}

diesel::table! {
    cards (id) {
        id -> BigInt,
        url -> Text,
        told_by -> Text,
        known -> Bool,
        page_host -> Text,
        title -> Text,
        description -> Text,
        language -> Nullable<Text>,
        author_name -> Text,
        author_url -> Text,
        creator_id -> Nullable<BigInt>,
        provider_name -> Text,
        image_url -> Nullable<Text>,
        image_description -> Text,
        width -> Integer,
        height -> Integer,
        blurhash -> Nullable<Text>,
        published_at -> Nullable<Timestamp>,
        asked_at -> Timestamp,
        kind -> SmallInt,
        embed_url -> Text,
        provider_url -> Text,
    }
}

diesel::table! {
    status_edits (id) {
        id -> BigInt,
        status_id -> BigInt,
        content -> Text,
        text -> Text,
        spoiler_text -> Text,
        sensitive -> Bool,
        created_at -> Timestamp,
        poll_options -> Text,
        files_known -> Bool,
        quote_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    status_edit_files (edit_id, media_id) {
        edit_id -> BigInt,
        media_id -> BigInt,
        position -> SmallInt,
        description -> Nullable<Text>,
    }
}

diesel::table! {
    mentions (status_id, account_id) {
        status_id -> BigInt,
        account_id -> BigInt,
        silent -> Bool,
    }
}

diesel::table! {
    tags (id) {
        id -> BigInt,
        name -> Text,
        created_at -> Timestamp,
        display_name -> Nullable<Text>,
    }
}

diesel::table! {
    tags_to_fold (tag_id) {
        tag_id -> BigInt,
    }
}

diesel::table! {
    status_tags (tag_id, status_id) {
        tag_id -> BigInt,
        status_id -> BigInt,
        spelt -> Nullable<Text>,
    }
}

diesel::table! {
    media (id) {
        id -> BigInt,
        account_id -> BigInt,
        status_id -> Nullable<BigInt>,
        position -> SmallInt,
        kind -> SmallInt,
        mime -> Text,
        file -> Nullable<Text>,
        thumbnail -> Nullable<Text>,
        remote_url -> Nullable<Text>,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        thumbnail_width -> Nullable<Integer>,
        thumbnail_height -> Nullable<Integer>,
        size -> BigInt,
        description -> Nullable<Text>,
        blurhash -> Nullable<Text>,
        focus_x -> Double,
        focus_y -> Double,
        created_at -> Timestamp,
        scheduled_id -> Nullable<BigInt>,
        state -> SmallInt,
        facts -> Nullable<Text>,
        failure -> Nullable<Text>,
        remote_thumbnail -> Nullable<Text>,
    }
}

diesel::table! {
    idempotency_keys (account_id, key) {
        account_id -> BigInt,
        key -> Text,
        status_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    follows (id) {
        id -> BigInt,
        follower_id -> BigInt,
        account_id -> BigInt,
        uri -> Text,
        pending -> Bool,
        show_reblogs -> Bool,
        notify -> Bool,
        languages -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    blocks (id) {
        id -> BigInt,
        account_id -> BigInt,
        target_id -> BigInt,
        uri -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    mutes (id) {
        id -> BigInt,
        account_id -> BigInt,
        target_id -> BigInt,
        notifications -> Bool,
        expires_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    conversation_mutes (account_id, conversation_id) {
        account_id -> BigInt,
        conversation_id -> BigInt,
    }
}

diesel::table! {
    account_notes (account_id, target_id) {
        account_id -> BigInt,
        target_id -> BigInt,
        comment -> Text,
    }
}

diesel::table! {
    endorsements (id) {
        id -> BigInt,
        account_id -> BigInt,
        target_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    lists (id) {
        id -> BigInt,
        account_id -> BigInt,
        title -> Text,
        replies_policy -> SmallInt,
        exclusive -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    list_accounts (id) {
        id -> BigInt,
        list_id -> BigInt,
        target_id -> BigInt,
    }
}

diesel::table! {
    tag_follows (id) {
        id -> BigInt,
        account_id -> BigInt,
        tag_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    filters (id) {
        id -> BigInt,
        account_id -> BigInt,
        title -> Text,
        action -> SmallInt,
        contexts -> SmallInt,
        expires_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    filter_keywords (id) {
        id -> BigInt,
        filter_id -> BigInt,
        keyword -> Text,
        whole_word -> Bool,
    }
}

diesel::table! {
    filter_statuses (id) {
        id -> BigInt,
        filter_id -> BigInt,
        status_id -> BigInt,
    }
}

diesel::table! {
    conversations (id) {
        id -> BigInt,
        account_id -> BigInt,
        conversation_id -> BigInt,
        last_status_id -> BigInt,
        unread -> Bool,
    }
}

diesel::table! {
    scheduled_statuses (id) {
        id -> BigInt,
        account_id -> BigInt,
        application_id -> BigInt,
        scheduled_at -> Timestamp,
        params -> Text,
        idempotency_key -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    notification_policies (account_id) {
        account_id -> BigInt,
        for_not_following -> SmallInt,
        for_not_followers -> SmallInt,
        for_new_accounts -> SmallInt,
        for_private_mentions -> SmallInt,
        for_limited_accounts -> SmallInt,
        for_bots -> SmallInt,
    }
}

diesel::table! {
    notification_requests (id) {
        id -> BigInt,
        account_id -> BigInt,
        from_account_id -> BigInt,
        last_status_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    notification_permissions (account_id, from_account_id) {
        account_id -> BigInt,
        from_account_id -> BigInt,
    }
}

diesel::table! {
    favourites (id) {
        id -> BigInt,
        account_id -> BigInt,
        status_id -> BigInt,
        uri -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    bookmarks (id) {
        id -> BigInt,
        account_id -> BigInt,
        status_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    reported_words (status_id) {
        status_id -> BigInt,
        content -> Text,
        spoiler_text -> Text,
        kept_at -> Timestamp,
    }
}

diesel::table! {
    account_warnings (id) {
        id -> BigInt,
        account_id -> BigInt,
        action -> SmallInt,
        text -> Text,
        created_at -> Timestamp,
        appeal -> Nullable<Text>,
        appealed_at -> Nullable<Timestamp>,
        decided_at -> Nullable<Timestamp>,
        overruled -> Bool,
        status_ids -> Text,
    }
}

diesel::table! {
    severances (id) {
        id -> BigInt,
        account_id -> BigInt,
        cause -> SmallInt,
        target_name -> Text,
        followers -> BigInt,
        following -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    notifications (id) {
        id -> BigInt,
        account_id -> BigInt,
        from_account_id -> BigInt,
        kind -> SmallInt,
        status_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        report_id -> Nullable<BigInt>,
        filtered -> Bool,
        event_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    home_feed (account_id, status_id) {
        account_id -> BigInt,
        status_id -> BigInt,
        author_id -> BigInt,
        reblog_of_id -> Nullable<BigInt>,
        reblogged_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    markers (user_id, timeline) {
        user_id -> BigInt,
        timeline -> Text,
        last_read_id -> BigInt,
        version -> BigInt,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    instances (host) {
        host -> Text,
        software -> Nullable<Text>,
        software_version -> Nullable<Text>,
        first_seen_at -> Timestamp,
        last_seen_at -> Timestamp,
        asked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    account_domain_blocks (id) {
        id -> BigInt,
        account_id -> BigInt,
        host -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    domain_blocks (id) {
        id -> BigInt,
        host -> Text,
        severity -> SmallInt,
        reject_media -> Bool,
        reject_reports -> Bool,
        private_comment -> Nullable<Text>,
        public_comment -> Nullable<Text>,
        obfuscate -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    domain_allows (id) {
        id -> BigInt,
        host -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        payload -> Text,
        run_at -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        attempts -> Integer,
        failed_at -> Nullable<Timestamp>,
        error -> Nullable<Text>,
        created_at -> Timestamp,
        in_order -> Bool,
    }
}

diesel::table! {
    activities (id) {
        id -> BigInt,
        account_id -> BigInt,
        body -> Text,
        created_at -> Timestamp,
        names_followers -> Bool,
    }
}

diesel::table! {
    derivations (id) {
        id -> BigInt,
        derived_uri -> Text,
        derived_id -> Nullable<BigInt>,
        source_uri -> Text,
        source_id -> Nullable<BigInt>,
        kind -> SmallInt,
        state -> SmallInt,
        context -> Text,
        stated -> Bool,
        asked_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        decided_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        activity_id -> BigInt,
        host -> Text,
        inbox -> Text,
        attempts -> Integer,
        created_at -> Timestamp,
        failed_at -> Nullable<Timestamp>,
        error -> Nullable<Text>,
        run_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    delivery_lanes (host) {
        host -> Text,
        run_at -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        failures -> Integer,
        failing_since -> Nullable<Timestamp>,
        dead_since -> Nullable<Timestamp>,
        revived_at -> Nullable<Timestamp>,
        not_before -> Nullable<Timestamp>,
    }
}

diesel::table! {
    inbox (id) {
        id -> BigInt,
        uri -> Text,
        actor_uri -> Text,
        body -> Text,
        received_at -> Timestamp,
        run_at -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        attempts -> Integer,
        finished_at -> Nullable<Timestamp>,
        error -> Nullable<Text>,
        concerns -> Nullable<Text>,
        hint -> Bool,
        requests -> Integer,
        sender -> Text,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        uri -> Text,
        account_id -> BigInt,
        target_account_id -> BigInt,
        category -> SmallInt,
        comment -> Text,
        status_ids -> Text,
        forwarded -> Bool,
        created_at -> Timestamp,
        resolved_at -> Nullable<Timestamp>,
        assigned_account_id -> Nullable<BigInt>,
        resolved_by_account_id -> Nullable<BigInt>,
        updated_at -> Timestamp,
        rule_ids -> Text,
        collection_ids -> Text,
    }
}

diesel::table! {
    email_domain_blocks (id) {
        id -> BigInt,
        host -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    canonical_email_blocks (id) {
        id -> BigInt,
        hash -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    ip_blocks (id) {
        id -> BigInt,
        network -> Text,
        severity -> SmallInt,
        comment -> Text,
        expires_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    moderation_log (id) {
        id -> BigInt,
        actor -> Text,
        action -> Text,
        target -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    retractions (uri, account_id) {
        uri -> Text,
        account_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    lookups (what) {
        what -> Text,
        looked_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        known_before -> BigInt,
    }
}

diesel::table! {
    signature_formats (origin) {
        origin -> Text,
        newer -> Bool,
        noted_at -> Timestamp,
    }
}

diesel::table! {
    seen_weeks (week, user_id) {
        week -> Timestamp,
        user_id -> BigInt,
    }
}

diesel::table! {
    dismissed_suggestions (account_id, target_id) {
        account_id -> BigInt,
        target_id -> BigInt,
    }
}

diesel::table! {
    announcements (id) {
        id -> BigInt,
        text -> Text,
        starts_at -> Nullable<Timestamp>,
        ends_at -> Nullable<Timestamp>,
        all_day -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    announcement_reads (announcement_id, account_id) {
        announcement_id -> BigInt,
        account_id -> BigInt,
    }
}

diesel::table! {
    announcement_reactions (id) {
        id -> BigInt,
        announcement_id -> BigInt,
        account_id -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    imports (id) {
        id -> BigInt,
        account_id -> BigInt,
        kind -> SmallInt,
        overwrite -> Bool,
        prepared -> Bool,
        step -> Integer,
        counts -> Text,
        created_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        file -> Nullable<Text>,
        boosts -> BigInt,
        unpacked -> BigInt,
        failure -> Text,
    }
}

diesel::table! {
    collections (id) {
        id -> BigInt,
        account_id -> BigInt,
        name -> Text,
        description -> Text,
        language -> Nullable<Text>,
        sensitive -> Bool,
        discoverable -> Bool,
        tag -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        uri -> Nullable<Text>,
        url -> Nullable<Text>,
    }
}

diesel::table! {
    import_lines (import_id, number) {
        import_id -> BigInt,
        number -> Integer,
        key -> Text,
        host -> Text,
        fields -> Text,
        outcome -> SmallInt,
        reason -> Text,
        attempts -> SmallInt,
        due_at -> Timestamp,
    }
}

diesel::table! {
    collection_items (id) {
        id -> BigInt,
        collection_id -> BigInt,
        account_id -> BigInt,
        state -> SmallInt,
        created_at -> Timestamp,
        uri -> Nullable<Text>,
        request_uri -> Nullable<Text>,
        approval_uri -> Nullable<Text>,
    }
}

diesel::table! {
    annual_reports (account_id, year) {
        account_id -> BigInt,
        year -> Integer,
        data -> Nullable<Text>,
        made_at -> Timestamp,
        read_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    archives (id) {
        id -> BigInt,
        account_id -> BigInt,
        file -> Nullable<Text>,
        size -> BigInt,
        created_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    imported_posts (account_id, uri) {
        account_id -> BigInt,
        uri -> Text,
        status_id -> BigInt,
    }
}

diesel::table! {
    practices (status_id) {
        status_id -> BigInt,
        title -> Text,
        title_key -> Text,
        licence -> Nullable<Text>,
        licence_url -> Nullable<Text>,
        by_network -> Bool,
    }
}

diesel::table! {
    practice_networks (account_id) {
        account_id -> BigInt,
    }
}

diesel::table! {
    practice_terms (concept, status_id) {
        concept -> Text,
        status_id -> BigInt,
        position -> SmallInt,
    }
}

diesel::table! {
    practice_answers (status_id) {
        status_id -> BigInt,
        title -> Nullable<Text>,
        licence -> Nullable<Text>,
        licence_url -> Nullable<Text>,
        terms -> Text,
    }
}

diesel::table! {
    practice_settings (account_id) {
        account_id -> BigInt,
        licence -> Nullable<Text>,
        licence_url -> Nullable<Text>,
        reminders -> Bool,
    }
}

diesel::table! {
    practice_reminders (status_id) {
        status_id -> BigInt,
        message_id -> BigInt,
        account_id -> BigInt,
    }
}

diesel::table! {
    networks (account_id) {
        account_id -> BigInt,
        posting -> SmallInt,
        membership -> SmallInt,
        rules -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    network_stewards (network_id, account_id) {
        network_id -> BigInt,
        account_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    network_bans (network_id, account_id) {
        network_id -> BigInt,
        account_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    network_invitations (network_id, account_id) {
        network_id -> BigInt,
        account_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    network_posts (network_id, status_id) {
        network_id -> BigInt,
        status_id -> BigInt,
        state -> SmallInt,
        activity -> Nullable<Text>,
        answer_id -> Nullable<BigInt>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    network_proposals (network_id, number) {
        network_id -> BigInt,
        number -> Integer,
        kind -> SmallInt,
        target_id -> Nullable<BigInt>,
        text -> Text,
        proposed_by -> BigInt,
        created_at -> Timestamp,
        confirmed_by -> Nullable<BigInt>,
        confirmed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    network_halves (network_id, account_id) {
        network_id -> BigInt,
        account_id -> BigInt,
        half -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    network_awaited (network_id, uri) {
        network_id -> BigInt,
        uri -> Text,
        until -> Timestamp,
    }
}

diesel::table! {
    trend_reviews (kind, subject_id) {
        kind -> SmallInt,
        subject_id -> BigInt,
        trendable -> Bool,
    }
}

diesel::joinable!(networks -> accounts (account_id));
diesel::joinable!(network_stewards -> accounts (account_id));
diesel::joinable!(network_posts -> statuses (status_id));
diesel::joinable!(keys -> accounts (account_id));
diesel::joinable!(users -> accounts (account_id));
diesel::joinable!(invites -> users (user_id));
diesel::joinable!(mail_tokens -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(access_tokens -> applications (application_id));
diesel::joinable!(access_tokens -> users (user_id));
diesel::joinable!(authorization_codes -> applications (application_id));
diesel::joinable!(authorization_codes -> users (user_id));
diesel::joinable!(statuses -> accounts (account_id));
diesel::joinable!(statuses -> applications (application_id));
diesel::joinable!(status_edits -> statuses (status_id));
diesel::joinable!(status_edit_files -> status_edits (edit_id));
diesel::joinable!(status_edit_files -> media (media_id));
diesel::joinable!(mentions -> statuses (status_id));
diesel::joinable!(mentions -> accounts (account_id));
diesel::joinable!(status_tags -> tags (tag_id));
diesel::joinable!(status_tags -> statuses (status_id));
diesel::joinable!(media -> accounts (account_id));
diesel::joinable!(media -> statuses (status_id));
diesel::joinable!(polls -> statuses (status_id));
diesel::joinable!(poll_options -> polls (poll_id));
diesel::joinable!(poll_votes -> polls (poll_id));
diesel::joinable!(featured_tags -> tags (tag_id));
diesel::joinable!(filter_keywords -> filters (filter_id));
diesel::joinable!(filter_statuses -> filters (filter_id));
diesel::joinable!(list_accounts -> lists (list_id));
diesel::joinable!(collection_items -> collections (collection_id));
diesel::joinable!(collection_items -> accounts (account_id));
diesel::joinable!(tag_follows -> tags (tag_id));
diesel::joinable!(import_lines -> imports (import_id));
diesel::joinable!(idempotency_keys -> accounts (account_id));
diesel::joinable!(favourites -> accounts (account_id));
diesel::joinable!(favourites -> statuses (status_id));
diesel::joinable!(bookmarks -> accounts (account_id));
diesel::joinable!(bookmarks -> statuses (status_id));
diesel::joinable!(notifications -> statuses (status_id));
diesel::joinable!(home_feed -> accounts (account_id));
diesel::joinable!(home_feed -> statuses (status_id));
diesel::joinable!(markers -> users (user_id));
diesel::joinable!(practices -> statuses (status_id));
diesel::joinable!(practice_terms -> practices (status_id));
diesel::joinable!(activities -> accounts (account_id));
diesel::joinable!(deliveries -> activities (activity_id));

diesel::allow_tables_to_appear_in_same_query!(
    access_tokens,
    account_domain_blocks,
    account_notes,
    accounts,
    activities,
    announcement_reactions,
    announcement_reads,
    announcements,
    annual_reports,
    applications,
    authorization_codes,
    blocks,
    bookmarks,
    cards,
    collection_items,
    collections,
    conversation_mutes,
    conversations,
    custom_emojis,
    deliveries,
    delivery_lanes,
    derivations,
    dismissed_suggestions,
    domain_allows,
    domain_blocks,
    endorsements,
    favourites,
    featured_tags,
    filter_keywords,
    filter_statuses,
    filters,
    follows,
    home_feed,
    idempotency_keys,
    import_lines,
    imported_posts,
    imports,
    inbox,
    instances,
    invites,
    jobs,
    keys,
    list_accounts,
    lists,
    lookups,
    mail_tokens,
    markers,
    media,
    mentions,
    moves,
    mutes,
    network_awaited,
    network_bans,
    network_halves,
    network_invitations,
    network_posts,
    network_proposals,
    network_stewards,
    networks,
    notification_permissions,
    notification_policies,
    notification_requests,
    notifications,
    passkey_ceremonies,
    passkeys,
    pending_sign_ins,
    poll_options,
    poll_votes,
    polls,
    practice_answers,
    practice_networks,
    practice_reminders,
    practice_settings,
    practice_terms,
    practices,
    push_subscriptions,
    pushes,
    quotes,
    recovery_codes,
    remote_files,
    reported_words,
    reports,
    retractions,
    scheduled_statuses,
    second_factors,
    seen_weeks,
    server_state,
    sessions,
    sign_in_failures,
    signature_formats,
    status_edit_files,
    status_edits,
    status_index,
    status_index_queue,
    status_tags,
    statuses,
    tag_follows,
    tags,
    tags_to_fold,
    users,
);
