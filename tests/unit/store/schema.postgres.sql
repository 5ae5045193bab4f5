-- The schema after all migrations; BERM_UPDATE_SNAPSHOT=1 rewrites it.

CREATE TABLE account (
    account_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    is_active BIGINT NOT NULL DEFAULT 1,
    created_at_s BIGINT NOT NULL,
    password_at_s BIGINT NOT NULL,
    UNIQUE (name),
    PRIMARY KEY (account_id)
);

CREATE TABLE api_token (
    api_token_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    created_at_s BIGINT NOT NULL,
    expires_at_s BIGINT NOT NULL,
    revoked_at_s BIGINT,
    UNIQUE (token_hash),
    PRIMARY KEY (api_token_id),
    FOREIGN KEY (account_id) REFERENCES account(account_id)
);

CREATE INDEX api_token_by_account ON public.api_token USING btree (account_id);

CREATE TABLE area (
    area_id BIGINT NOT NULL,
    parent_id BIGINT,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_en TEXT COLLATE "C" NOT NULL DEFAULT ''::text,
    level BIGINT NOT NULL,
    position_low BIGINT NOT NULL,
    position_high BIGINT NOT NULL,
    change_id BIGINT NOT NULL,
    district_id BIGINT NOT NULL DEFAULT 0,
    UNIQUE (code),
    PRIMARY KEY (area_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (parent_id) REFERENCES area(area_id)
);

CREATE INDEX area_by_district ON public.area USING btree (district_id);

CREATE INDEX area_by_position ON public.area USING btree (position_low);

CREATE INDEX area_district ON public.area USING btree (area_id, position_low, position_high) WHERE (area_id = district_id);

CREATE TABLE attachment (
    household_id BIGINT NOT NULL,
    attachment_id BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    file_name TEXT COLLATE "C" NOT NULL,
    taken_on TEXT COLLATE "C",
    note TEXT COLLATE "C" NOT NULL,
    visit_id BIGINT,
    case_id BIGINT,
    has_metadata BIGINT NOT NULL,
    added_at TEXT COLLATE "C" NOT NULL,
    added_by TEXT COLLATE "C" NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, attachment_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id, sha256) REFERENCES attachment_file(household_id, sha256)
);

CREATE INDEX attachment_by_id ON public.attachment USING btree (attachment_id);

CREATE POLICY everywhere ON attachment FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON attachment FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE attachment_file (
    household_id BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    byte_count BIGINT NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, sha256),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id) REFERENCES household(household_id)
);

CREATE POLICY fence ON attachment_file FOR r TO berm_fenced USING fence_shows_files(household_id);

CREATE TABLE attachment_piece (
    household_id BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    piece_number BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (household_id, sha256, piece_number),
    FOREIGN KEY (household_id, sha256) REFERENCES attachment_file(household_id, sha256)
);

CREATE POLICY fence ON attachment_piece FOR r TO berm_fenced USING fence_shows_files(household_id);

CREATE TABLE berm_schema (
    version BIGINT NOT NULL
);

CREATE TABLE case_dismissal (
    household_id BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    severity BIGINT NOT NULL,
    is_undetermined BIGINT NOT NULL,
    distance_millionths BIGINT,
    case_id BIGINT NOT NULL,
    on_day TEXT COLLATE "C" NOT NULL,
    held_finding_id BIGINT,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, code),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id, case_id) REFERENCES household_case(household_id, case_id)
);

CREATE POLICY everywhere ON case_dismissal FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON case_dismissal FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE case_proof (
    household_id BIGINT NOT NULL,
    case_id BIGINT NOT NULL,
    proof_number BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    step_number BIGINT NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    on_day TEXT COLLATE "C" NOT NULL,
    given_at TEXT COLLATE "C" NOT NULL,
    given_by TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    visit_id BIGINT,
    attachment_id BIGINT,
    settled_at TEXT COLLATE "C",
    settled_by TEXT COLLATE "C",
    settlement TEXT COLLATE "C",
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, case_id, proof_number),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id, case_id) REFERENCES household_case(household_id, case_id)
);

CREATE POLICY everywhere ON case_proof FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON case_proof FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE case_step (
    household_id BIGINT NOT NULL,
    case_id BIGINT NOT NULL,
    step_number BIGINT NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    on_day TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    from_state TEXT COLLATE "C" NOT NULL,
    from_stage TEXT COLLATE "C" NOT NULL,
    to_state TEXT COLLATE "C" NOT NULL,
    to_stage TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, case_id, step_number),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id, case_id) REFERENCES household_case(household_id, case_id)
);

CREATE POLICY everywhere ON case_step FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON case_step FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE change (
    change_id BIGINT NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    via TEXT COLLATE "C" NOT NULL,
    file_name TEXT COLLATE "C",
    file_sha256 TEXT COLLATE "C",
    added BIGINT NOT NULL DEFAULT 0,
    changed BIGINT NOT NULL DEFAULT 0,
    transaction_id BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint,
    PRIMARY KEY (change_id)
);

CREATE INDEX change_by_transaction ON public.change USING btree (transaction_id, change_id);

CREATE TABLE change_row (
    change_id BIGINT NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    entity_id BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL DEFAULT ''::text,
    fields TEXT COLLATE "C" NOT NULL,
    row_number BIGINT,
    salt TEXT COLLATE "C",
    digest TEXT COLLATE "C",
    FOREIGN KEY (change_id) REFERENCES change(change_id)
);

CREATE INDEX change_row_by_change ON public.change_row USING btree (change_id, row_number) WHERE (row_number IS NOT NULL);

CREATE INDEX change_row_by_entity ON public.change_row USING btree (entity, entity_id, change_id);

CREATE POLICY everywhere ON change_row FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON change_row FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR
CASE
    WHEN (entity = 'area'::text) THEN true
    WHEN (entity = ANY (ARRAY['household'::text, 'flow'::text, 'visit'::text, 'attachment'::text, 'case'::text, 'measure'::text, 'entitlement'::text, 'letter'::text, 'payment'::text])) THEN fence_shows_household(entity_id)
    WHEN (entity = 'person'::text) THEN fence_shows_person(entity_id)
    WHEN (entity = 'warning'::text) THEN fence_shows_warning(entity_id)
    WHEN (entity = 'grievance'::text) THEN fence_shows_grievance(entity_id)
    ELSE false
END);

CREATE TABLE entitlement (
    household_id BIGINT NOT NULL,
    entitlement_id BIGINT NOT NULL,
    programme TEXT COLLATE "C" NOT NULL,
    person_id BIGINT NOT NULL,
    period BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    risk_level TEXT COLLATE "C" NOT NULL,
    missing TEXT COLLATE "C" NOT NULL,
    budget_area_id BIGINT,
    budget_year BIGINT,
    measure_id BIGINT,
    payment_id BIGINT,
    proposed_at TEXT COLLATE "C" NOT NULL,
    proposed_by TEXT COLLATE "C" NOT NULL,
    decided_at TEXT COLLATE "C",
    decided_by TEXT COLLATE "C",
    approved_by TEXT COLLATE "C",
    reason TEXT COLLATE "C" NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, entitlement_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id)
);

CREATE INDEX entitlement_by_id ON public.entitlement USING btree (entitlement_id);

CREATE INDEX entitlement_by_period ON public.entitlement USING btree (programme, period, household_id);

CREATE INDEX entitlement_suspended ON public.entitlement USING btree (programme, household_id) WHERE (state = 'suspended'::text);

CREATE POLICY everywhere ON entitlement FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON entitlement FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE entitlement_claim (
    programme TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    period BIGINT NOT NULL,
    household_id BIGINT NOT NULL,
    entitlement_id BIGINT NOT NULL,
    PRIMARY KEY (programme, subject, period)
);

CREATE POLICY everywhere ON entitlement_claim FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON entitlement_claim FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE finding (
    finding_id BIGINT NOT NULL,
    household_id BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    is_undetermined BIGINT NOT NULL,
    severity TEXT COLLATE "C" NOT NULL,
    from_month BIGINT NOT NULL,
    to_month BIGINT,
    opening_run_id BIGINT NOT NULL,
    closing_run_id BIGINT,
    evidence TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (household_id, finding_id),
    FOREIGN KEY (closing_run_id) REFERENCES run(run_id),
    FOREIGN KEY (opening_run_id) REFERENCES run(run_id)
);

CREATE INDEX finding_open ON public.finding USING btree (code, household_id) WHERE (closing_run_id IS NULL);

CREATE POLICY everywhere ON finding FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON finding FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE flow (
    flow_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    UNIQUE (name),
    PRIMARY KEY (flow_id)
);

CREATE TABLE flow_entry (
    household_id BIGINT NOT NULL,
    month BIGINT NOT NULL,
    flow_id BIGINT NOT NULL,
    flow_source_id BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, month, flow_id, flow_source_id)
);

CREATE POLICY everywhere ON flow_entry FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON flow_entry FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE flow_source (
    flow_source_id BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    UNIQUE (code),
    PRIMARY KEY (flow_source_id)
);

CREATE TABLE grievance (
    grievance_id BIGINT NOT NULL,
    received_at TEXT COLLATE "C" NOT NULL,
    received_by TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    about TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    area_id BIGINT,
    household_id BIGINT,
    complainant TEXT COLLATE "C" NOT NULL,
    contact TEXT COLLATE "C" NOT NULL,
    details TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    due_on TEXT COLLATE "C",
    outcome TEXT COLLATE "C" NOT NULL,
    answer TEXT COLLATE "C" NOT NULL,
    remedy TEXT COLLATE "C" NOT NULL,
    level BIGINT NOT NULL,
    step_count BIGINT NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (grievance_id),
    FOREIGN KEY (area_id) REFERENCES area(area_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id) REFERENCES household(household_id)
);

CREATE INDEX grievance_by_household ON public.grievance USING btree (household_id) WHERE (household_id IS NOT NULL);

CREATE INDEX grievance_open ON public.grievance USING btree (due_on, grievance_id) WHERE (due_on IS NOT NULL);

CREATE POLICY everywhere ON grievance FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON grievance FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR fence_shows_grievance(grievance_id));

CREATE TABLE grievance_step (
    grievance_id BIGINT NOT NULL,
    step_number BIGINT NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    from_state TEXT COLLATE "C" NOT NULL,
    to_state TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (grievance_id, step_number),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (grievance_id) REFERENCES grievance(grievance_id)
);

CREATE POLICY everywhere ON grievance_step FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON grievance_step FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR fence_shows_grievance(grievance_id));

CREATE TABLE household (
    household_id BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    area_id BIGINT NOT NULL,
    is_active BIGINT NOT NULL DEFAULT 1,
    change_id BIGINT NOT NULL,
    district_id BIGINT NOT NULL DEFAULT 0,
    risk_rank BIGINT NOT NULL DEFAULT 5,
    UNIQUE (code),
    PRIMARY KEY (household_id),
    FOREIGN KEY (area_id) REFERENCES area(area_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id)
);

CREATE INDEX household_by_district ON public.household USING btree (district_id, code);

CREATE INDEX household_by_risk ON public.household USING btree (risk_rank, district_id, code);

CREATE POLICY everywhere ON household FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON household FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (EXISTS ( SELECT
   FROM area a
  WHERE ((a.area_id = household.area_id) AND (( SELECT fence_areas() AS fence_areas) @> a.position_low)))));

CREATE TABLE household_case (
    household_id BIGINT NOT NULL,
    case_id BIGINT NOT NULL,
    area_id BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    severity BIGINT NOT NULL,
    entered_on TEXT COLLATE "C" NOT NULL,
    due_on TEXT COLLATE "C",
    due_action TEXT COLLATE "C" NOT NULL,
    worker TEXT COLLATE "C" NOT NULL,
    step_count BIGINT NOT NULL,
    step_by TEXT COLLATE "C" NOT NULL,
    opened_at TEXT COLLATE "C" NOT NULL,
    opened_by TEXT COLLATE "C" NOT NULL,
    monitored_on TEXT COLLATE "C",
    ended_on TEXT COLLATE "C",
    change_id BIGINT,
    PRIMARY KEY (household_id, case_id),
    FOREIGN KEY (area_id) REFERENCES area(area_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id) REFERENCES household(household_id)
);

CREATE INDEX household_case_by_area ON public.household_case USING btree (area_id, severity);

CREATE INDEX household_case_by_state ON public.household_case USING btree (state, severity, COALESCE(due_on, '9999-12-31'::text), case_id) WHERE (ended_on IS NULL);

CREATE INDEX household_case_by_worker ON public.household_case USING btree (worker, severity, COALESCE(due_on, '9999-12-31'::text), case_id) WHERE (ended_on IS NULL);

CREATE UNIQUE INDEX household_case_open ON public.household_case USING btree (household_id) WHERE (ended_on IS NULL);

CREATE INDEX household_case_open_by_area ON public.household_case USING btree (area_id, severity, COALESCE(due_on, '9999-12-31'::text), case_id) WHERE (ended_on IS NULL);

CREATE INDEX household_case_worst ON public.household_case USING btree (severity, COALESCE(due_on, '9999-12-31'::text), case_id) WHERE (ended_on IS NULL);

CREATE POLICY everywhere ON household_case FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON household_case FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (EXISTS ( SELECT
   FROM area a
  WHERE ((a.area_id = household_case.area_id) AND (( SELECT fence_areas() AS fence_areas) @> a.position_low)))));

CREATE TABLE household_data (
    household_id BIGINT NOT NULL,
    PRIMARY KEY (household_id),
    FOREIGN KEY (household_id) REFERENCES household(household_id)
);

CREATE POLICY everywhere ON household_data FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON household_data FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE id_counter (
    name TEXT COLLATE "C" NOT NULL,
    next_id BIGINT NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE id_lookup (
    lookup TEXT COLLATE "C" NOT NULL,
    person_id BIGINT NOT NULL,
    PRIMARY KEY (lookup)
);

CREATE POLICY fence ON id_lookup FOR r TO berm_fenced USING fence_shows_numbers(person_id);

CREATE TABLE job (
    job_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    lane TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    account_id BIGINT,
    actor TEXT COLLATE "C" NOT NULL,
    via TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    grants TEXT COLLATE "C" NOT NULL,
    created_at_s BIGINT NOT NULL,
    started_at_s BIGINT,
    finished_at_s BIGINT,
    attempt BIGINT NOT NULL,
    phase TEXT COLLATE "C" NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    cancelled_by TEXT COLLATE "C",
    result TEXT COLLATE "C",
    failure TEXT COLLATE "C",
    error TEXT COLLATE "C",
    file_name TEXT COLLATE "C",
    file_until_s BIGINT,
    PRIMARY KEY (job_id),
    FOREIGN KEY (account_id) REFERENCES account(account_id)
);

CREATE INDEX job_by_account ON public.job USING btree (account_id, job_id);

CREATE INDEX job_by_state ON public.job USING btree (state, lane, job_id);

CREATE TABLE job_event (
    job_event_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    at_s BIGINT NOT NULL,
    transaction_id BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint,
    PRIMARY KEY (job_event_id),
    FOREIGN KEY (job_id) REFERENCES job(job_id)
);

CREATE INDEX job_event_by_job ON public.job_event USING btree (job_id, job_event_id);

CREATE INDEX job_event_by_transaction ON public.job_event USING btree (transaction_id, job_event_id);

CREATE TABLE journal (
    journal_id BIGINT NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    via TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    change_id BIGINT,
    run_id BIGINT,
    digest TEXT COLLATE "C" NOT NULL,
    details TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL DEFAULT ''::text,
    PRIMARY KEY (journal_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (run_id) REFERENCES run(run_id)
);

CREATE INDEX journal_by_actor ON public.journal USING btree (actor, journal_id);

CREATE INDEX journal_by_change ON public.journal USING btree (change_id) WHERE (change_id IS NOT NULL);

CREATE INDEX journal_by_run ON public.journal USING btree (run_id) WHERE (run_id IS NOT NULL);

CREATE INDEX journal_by_subject ON public.journal USING btree (subject, journal_id);

CREATE TRIGGER journal_is_not_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('journal entries are never changed or deleted');

CREATE TABLE journal_end (
    journal_end_id BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    gapless_id BIGINT NOT NULL,
    PRIMARY KEY (journal_end_id),
    CHECK ((journal_end_id = 1))
);

CREATE TABLE journal_seal (
    sequence BIGINT NOT NULL,
    journal_id BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    signature TEXT COLLATE "C" NOT NULL,
    UNIQUE (journal_id),
    PRIMARY KEY (sequence),
    FOREIGN KEY (journal_id) REFERENCES journal(journal_id)
);

CREATE TRIGGER journal_seal_is_not_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('seals are never changed or deleted');

CREATE TABLE journal_unsealed (
    journal_id BIGINT NOT NULL,
    PRIMARY KEY (journal_id)
);

CREATE TABLE lead (
    household_id BIGINT NOT NULL,
    lead_id BIGINT NOT NULL,
    case_id BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    source_id BIGINT,
    code TEXT COLLATE "C" NOT NULL,
    severity BIGINT NOT NULL,
    month BIGINT NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    received_at TEXT COLLATE "C" NOT NULL,
    received_by TEXT COLLATE "C" NOT NULL,
    change_id BIGINT,
    PRIMARY KEY (household_id, lead_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id, case_id) REFERENCES household_case(household_id, case_id)
);

CREATE POLICY everywhere ON lead FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON lead FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE letter (
    household_id BIGINT NOT NULL,
    letter_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    entitlement_id BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    made_at TEXT COLLATE "C" NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    printed_at TEXT COLLATE "C",
    printed_by TEXT COLLATE "C",
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, letter_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id) REFERENCES household(household_id)
);

CREATE INDEX letter_waiting ON public.letter USING btree (letter_id) WHERE (printed_at IS NULL);

CREATE POLICY everywhere ON letter FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON letter FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE login_throttle (
    kind TEXT COLLATE "C" NOT NULL,
    key_hash TEXT COLLATE "C" NOT NULL,
    failures BIGINT NOT NULL,
    last_at_s BIGINT NOT NULL,
    blocked_until_s BIGINT NOT NULL,
    PRIMARY KEY (kind, key_hash)
);

CREATE INDEX login_throttle_by_time ON public.login_throttle USING btree (last_at_s);

CREATE TABLE measure (
    household_id BIGINT NOT NULL,
    measure_id BIGINT NOT NULL,
    case_id BIGINT,
    finding_code TEXT COLLATE "C" NOT NULL,
    measure TEXT COLLATE "C" NOT NULL,
    programme TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    due_on TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    amount_minor BIGINT,
    is_recommended BIGINT NOT NULL,
    planned_at TEXT COLLATE "C" NOT NULL,
    planned_by TEXT COLLATE "C" NOT NULL,
    started_on TEXT COLLATE "C",
    delivered_on TEXT COLLATE "C",
    evidence TEXT COLLATE "C" NOT NULL,
    attachment_sha256 TEXT COLLATE "C",
    result TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, measure_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id) REFERENCES household(household_id)
);

CREATE INDEX measure_by_id ON public.measure USING btree (measure_id);

CREATE INDEX measure_open ON public.measure USING btree (due_on) WHERE (state = ANY (ARRAY['planned'::text, 'under_way'::text]));

CREATE POLICY everywhere ON measure FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON measure FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE membership (
    household_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    from_date TEXT COLLATE "C" NOT NULL,
    to_date TEXT COLLATE "C",
    relation TEXT COLLATE "C",
    end_reason TEXT COLLATE "C",
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, person_id, from_date),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id) REFERENCES household(household_id),
    FOREIGN KEY (person_id) REFERENCES person(person_id)
);

CREATE INDEX membership_by_person ON public.membership USING btree (person_id);

CREATE POLICY everywhere ON membership FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON membership FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR (current_setting('berm.person'::text, true) = (person_id)::text) OR fence_shows_household(household_id) OR fence_shows_person(person_id));

CREATE TABLE monthly_flow (
    household_id BIGINT NOT NULL,
    month BIGINT NOT NULL,
    PRIMARY KEY (household_id, month)
);

CREATE POLICY everywhere ON monthly_flow FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON monthly_flow FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE move_progress (
    table_name TEXT COLLATE "C" NOT NULL,
    row_count BIGINT NOT NULL,
    chain TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (table_name)
);

CREATE TABLE move_rule (
    definition TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (definition)
);

CREATE TABLE move_source (
    register_id TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    begun_at TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (register_id)
);

CREATE TABLE pack_file (
    sha256 TEXT COLLATE "C" NOT NULL,
    bytes TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (sha256)
);

CREATE TABLE pack_version (
    pack_version_id BIGINT NOT NULL,
    pack TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    from_month BIGINT,
    publication BIGINT,
    cases_passed BIGINT NOT NULL DEFAULT 0,
    warnings BIGINT NOT NULL DEFAULT 0,
    drafted_by TEXT COLLATE "C" NOT NULL,
    drafted_at TEXT COLLATE "C" NOT NULL,
    checked_by TEXT COLLATE "C",
    checked_at TEXT COLLATE "C",
    published_by TEXT COLLATE "C",
    published_at TEXT COLLATE "C",
    withdrawn_by TEXT COLLATE "C",
    withdrawn_at TEXT COLLATE "C",
    UNIQUE (publication),
    PRIMARY KEY (pack_version_id)
);

CREATE INDEX pack_version_in_force ON public.pack_version USING btree (from_month, publication) WHERE (state = 'published'::text);

CREATE TABLE pack_version_file (
    pack_version_id BIGINT NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (pack_version_id, path),
    FOREIGN KEY (pack_version_id) REFERENCES pack_version(pack_version_id),
    FOREIGN KEY (sha256) REFERENCES pack_file(sha256)
);

CREATE TABLE payer (
    programme TEXT COLLATE "C" NOT NULL,
    area_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    bic TEXT COLLATE "C" NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (programme, area_id),
    FOREIGN KEY (area_id) REFERENCES area(area_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id)
);

CREATE TABLE payment (
    household_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    batch_id BIGINT NOT NULL,
    line_number BIGINT NOT NULL,
    entitlement_id BIGINT NOT NULL,
    payee_person_id BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    end_to_end_id TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    bank_status TEXT COLLATE "C" NOT NULL,
    reason_code TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    value_on TEXT COLLATE "C",
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, payment_id),
    FOREIGN KEY (batch_id) REFERENCES payment_batch(batch_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id)
);

CREATE INDEX payment_by_line ON public.payment USING btree (batch_id, line_number);

CREATE UNIQUE INDEX payment_live ON public.payment USING btree (household_id, entitlement_id) WHERE (state <> ALL (ARRAY['returned'::text, 'cancelled'::text]));

CREATE INDEX payment_open ON public.payment USING btree (batch_id) WHERE (state = 'sent'::text);

CREATE POLICY everywhere ON payment FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON payment FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE payment_account (
    household_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    sealed TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (household_id, payment_id)
);

CREATE POLICY fence ON payment_account FOR r TO berm_fenced USING fence_shows_numbers(person_id);

CREATE TABLE payment_batch (
    batch_id BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    programme TEXT COLLATE "C" NOT NULL,
    area_id BIGINT NOT NULL,
    period BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    line_count BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    execution_on TEXT COLLATE "C" NOT NULL,
    payer_name TEXT COLLATE "C" NOT NULL,
    payer_account TEXT COLLATE "C" NOT NULL,
    payer_bic TEXT COLLATE "C" NOT NULL,
    made_at TEXT COLLATE "C" NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    first_signed_at TEXT COLLATE "C",
    first_signed_by TEXT COLLATE "C",
    second_signed_at TEXT COLLATE "C",
    second_signed_by TEXT COLLATE "C",
    sent_at TEXT COLLATE "C",
    sent_by TEXT COLLATE "C",
    cancelled_at TEXT COLLATE "C",
    cancelled_by TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    change_id BIGINT NOT NULL,
    UNIQUE (code),
    UNIQUE (message_id),
    PRIMARY KEY (batch_id),
    FOREIGN KEY (area_id) REFERENCES area(area_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id)
);

CREATE POLICY everywhere ON payment_batch FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON payment_batch FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (EXISTS ( SELECT
   FROM area a
  WHERE ((a.area_id = payment_batch.area_id) AND (( SELECT fence_areas() AS fence_areas) @> a.position_low)))));

CREATE TABLE person (
    person_id BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL DEFAULT ''::text,
    sex TEXT COLLATE "C",
    birth_date TEXT COLLATE "C",
    change_id BIGINT NOT NULL,
    UNIQUE (code),
    PRIMARY KEY (person_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id)
);

CREATE INDEX person_by_birth ON public.person USING btree (birth_date, name) WHERE (birth_date IS NOT NULL);

CREATE POLICY everywhere ON person FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON person FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.person'::text, true) = (person_id)::text) OR fence_shows_person(person_id));

CREATE TABLE person_data (
    person_id BIGINT NOT NULL,
    PRIMARY KEY (person_id),
    FOREIGN KEY (person_id) REFERENCES person(person_id)
);

CREATE POLICY everywhere ON person_data FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON person_data FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.person'::text, true) = (person_id)::text) OR fence_shows_person(person_id));

CREATE TABLE person_search (
    person_id BIGINT NOT NULL,
    household_id BIGINT NOT NULL,
    district_id BIGINT NOT NULL,
    terms TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (person_id),
    FOREIGN KEY (household_id) REFERENCES household(household_id),
    FOREIGN KEY (person_id) REFERENCES person(person_id)
);

CREATE POLICY everywhere ON person_search FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON person_search FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE person_secret (
    person_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id_type TEXT COLLATE "C" NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    sealed TEXT COLLATE "C" NOT NULL,
    lookup TEXT COLLATE "C" NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (person_id, kind),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (person_id) REFERENCES person(person_id)
);

CREATE INDEX person_secret_by_bank_account ON public.person_secret USING btree (lookup) WHERE (kind = 'bank_account'::text);

CREATE POLICY fence ON person_secret FOR r TO berm_fenced USING fence_shows_numbers(person_id);

CREATE TABLE person_term (
    district_id BIGINT NOT NULL,
    term TEXT COLLATE "C" NOT NULL,
    person_id BIGINT NOT NULL,
    shared_bytes BIGINT NOT NULL,
    PRIMARY KEY (district_id, term, person_id)
);

CREATE POLICY everywhere ON person_term FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON person_term FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.person'::text, true) = (person_id)::text) OR fence_shows_person(person_id));

CREATE TABLE programme_budget (
    programme TEXT COLLATE "C" NOT NULL,
    area_id BIGINT NOT NULL,
    year BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    reserved_minor BIGINT NOT NULL,
    spent_minor BIGINT NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (programme, area_id, year),
    FOREIGN KEY (area_id) REFERENCES area(area_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    CHECK (((reserved_minor >= 0) AND (spent_minor >= 0) AND ((reserved_minor + spent_minor) <= amount_minor)))
);

CREATE TABLE request_answer (
    account_id BIGINT NOT NULL,
    key_hash TEXT COLLATE "C" NOT NULL,
    request_hash TEXT COLLATE "C" NOT NULL,
    status BIGINT NOT NULL,
    headers TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C",
    at_s BIGINT NOT NULL,
    PRIMARY KEY (account_id, key_hash)
);

CREATE INDEX request_answer_by_time ON public.request_answer USING btree (at_s);

CREATE TABLE role_grant (
    account_id BIGINT NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    area_id BIGINT,
    granted_at_s BIGINT NOT NULL,
    granted_by TEXT COLLATE "C" NOT NULL,
    FOREIGN KEY (account_id) REFERENCES account(account_id),
    FOREIGN KEY (area_id) REFERENCES area(area_id)
);

CREATE UNIQUE INDEX role_grant_once ON public.role_grant USING btree (account_id, role, COALESCE(area_id, (0)::bigint));

CREATE TABLE run (
    run_id BIGINT NOT NULL,
    month BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    pack TEXT COLLATE "C" NOT NULL,
    pack_version TEXT COLLATE "C" NOT NULL,
    pack_sha256 TEXT COLLATE "C" NOT NULL,
    started_at TEXT COLLATE "C" NOT NULL,
    finished_at TEXT COLLATE "C" NOT NULL,
    households BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    change_id BIGINT,
    PRIMARY KEY (run_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id)
);

CREATE INDEX run_published ON public.run USING btree (run_id) WHERE (state = 'published'::text);

CREATE INDEX run_published_by_month ON public.run USING btree (month, run_id) WHERE (state = 'published'::text);

CREATE TABLE session (
    token_hash TEXT COLLATE "C" NOT NULL,
    account_id BIGINT NOT NULL,
    created_at_s BIGINT NOT NULL,
    seen_at_s BIGINT NOT NULL,
    expires_at_s BIGINT NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (token_hash),
    FOREIGN KEY (account_id) REFERENCES account(account_id)
);

CREATE INDEX session_by_account ON public.session USING btree (account_id);

CREATE TABLE setting (
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE standing (
    household_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    month BIGINT NOT NULL,
    risk_level TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (household_id, run_id),
    FOREIGN KEY (run_id) REFERENCES run(run_id)
);

CREATE POLICY everywhere ON standing FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON standing FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE upload (
    upload_id BIGINT NOT NULL,
    account_id BIGINT,
    file_name TEXT COLLATE "C" NOT NULL,
    total_bytes BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    created_at_s BIGINT NOT NULL,
    expires_at_s BIGINT NOT NULL,
    PRIMARY KEY (upload_id),
    FOREIGN KEY (account_id) REFERENCES account(account_id)
);

CREATE INDEX upload_by_account ON public.upload USING btree (account_id, upload_id);

CREATE INDEX upload_by_expiry ON public.upload USING btree (expires_at_s);

CREATE TABLE variable (
    entity TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (entity, name)
);

CREATE TABLE visit (
    household_id BIGINT NOT NULL,
    visit_id BIGINT NOT NULL,
    case_id BIGINT,
    purpose TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    due_on TEXT COLLATE "C",
    worker TEXT COLLATE "C" NOT NULL,
    groups TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    planned_at TEXT COLLATE "C" NOT NULL,
    planned_by TEXT COLLATE "C" NOT NULL,
    visited_on TEXT COLLATE "C",
    ended_at TEXT COLLATE "C",
    ended_by TEXT COLLATE "C",
    summary TEXT COLLATE "C" NOT NULL,
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, visit_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id) REFERENCES household(household_id)
);

CREATE INDEX visit_by_id ON public.visit USING btree (visit_id);

CREATE INDEX visit_planned ON public.visit USING btree (due_on) WHERE (state = 'planned'::text);

CREATE POLICY everywhere ON visit FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON visit FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE visit_change (
    household_id BIGINT NOT NULL,
    visit_id BIGINT NOT NULL,
    change_number BIGINT NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    entity_id BIGINT NOT NULL,
    month BIGINT,
    variable TEXT COLLATE "C" NOT NULL,
    before TEXT COLLATE "C",
    proposed TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    decided_at TEXT COLLATE "C",
    decided_by TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    change_id BIGINT NOT NULL,
    PRIMARY KEY (household_id, visit_id, change_number),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id, visit_id) REFERENCES visit(household_id, visit_id)
);

CREATE POLICY everywhere ON visit_change FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON visit_change FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR (current_setting('berm.household'::text, true) = (household_id)::text) OR fence_shows_household(household_id));

CREATE TABLE warning (
    warning_id BIGINT NOT NULL,
    received_at TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    area_id BIGINT,
    household_id BIGINT,
    person_id BIGINT,
    month BIGINT NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    change_id BIGINT,
    run_id BIGINT,
    decided_at TEXT COLLATE "C",
    decided_by TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    PRIMARY KEY (warning_id),
    FOREIGN KEY (area_id) REFERENCES area(area_id),
    FOREIGN KEY (change_id) REFERENCES change(change_id),
    FOREIGN KEY (household_id) REFERENCES household(household_id),
    FOREIGN KEY (person_id) REFERENCES person(person_id),
    FOREIGN KEY (run_id) REFERENCES run(run_id)
);

CREATE INDEX warning_by_household ON public.warning USING btree (household_id) WHERE (household_id IS NOT NULL);

CREATE UNIQUE INDEX warning_by_reference ON public.warning USING btree (account, source, reference);

CREATE INDEX warning_open ON public.warning USING btree (warning_id) WHERE (state = ANY (ARRAY['unmatched'::text, 'ambiguous'::text]));

CREATE POLICY everywhere ON warning FOR r TO berm_everywhere USING true;

CREATE POLICY fence ON warning FOR r TO berm_fenced USING (( SELECT fence_is_open() AS fence_is_open) OR
CASE
    WHEN (household_id IS NOT NULL) THEN fence_shows_household(household_id)
    ELSE (EXISTS ( SELECT
       FROM area a
      WHERE ((a.area_id = warning.area_id) AND (( SELECT fence_areas() AS fence_areas) @> a.position_low))))
END);
