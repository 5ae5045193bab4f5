-- 0021: a second fence: what a caller may not see, the database itself does not show to a caller's transaction.
-- docs/decisions/0011-row-level-security.md says what it promises; docs/reference/fence.md says of each table why it has a policy or none.

-- Readers for a caller take the role berm_fenced, which owns nothing and only reads; policies tell it
-- which rows there are. The owner of the tables is not held by them: imports, runs and the checks of writes need all rows.
-- Settings, which hold for a transaction: berm.areas and berm.sensitive_areas, the caller's ranges of area positions as
-- an int8multirange ('{(,)}': everything; missing or empty: nothing); berm.role, the names of the caller's roles, for
-- the server's log; berm.household and berm.person, the ones that were found visible last.
-- only: postgres
DO '
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ''berm_fenced'') THEN
        BEGIN
            CREATE ROLE berm_fenced NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another register of this server was quicker
        END;
    END IF;
    IF NOT pg_has_role(current_user, ''berm_fenced'', ''MEMBER'') THEN
        EXECUTE format(''GRANT berm_fenced TO %I'', current_user);
    END IF;
    IF NOT has_schema_privilege(''berm_fenced'', current_schema(), ''USAGE'') THEN
        EXECUTE format(''GRANT USAGE ON SCHEMA %I TO berm_fenced'', current_schema());
    END IF;
    EXECUTE format(''GRANT SELECT ON ALL TABLES IN SCHEMA %I TO berm_fenced'', current_schema());
    EXECUTE format(''ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO berm_fenced'',
                   current_schema());
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION USING ERRCODE = ''insufficient_privilege'', MESSAGE = format(
        ''an administrator of the server runs once: %sGRANT berm_fenced TO %I;'',
        CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ''berm_fenced'') THEN ''''
             ELSE ''CREATE ROLE berm_fenced NOLOGIN; '' END, current_user);
END';

-- One comparison a statement where the caller sees everything: in a scalar subquery it is asked once.
CREATE FUNCTION fence_is_open() RETURNS boolean LANGUAGE sql STABLE
AS 'SELECT coalesce(current_setting(''berm.areas'', true) = ''{(,)}'', false)';
CREATE FUNCTION fence_areas() RETURNS int8multirange LANGUAGE sql STABLE
AS 'SELECT nullif(current_setting(''berm.areas'', true), '''')::int8multirange';

-- Where a household lies is looked up as the owner, so that one policy does not ask the next. Rows of one household
-- lie together, so the one that was visible last is remembered: comparing it is ten times quicker than looking again.
-- The cost tells the planner to pass over rows by other means first.
CREATE FUNCTION fence_shows_household(id bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 2000 AS '
BEGIN
    IF nullif(current_setting(''berm.areas'', true), '''') IS NULL THEN
        RETURN false;
    END IF;
    IF NOT EXISTS (SELECT FROM household AS h JOIN area AS a ON a.area_id = h.area_id
                   WHERE h.household_id = id
                     AND current_setting(''berm.areas'')::int8multirange @> a.position_low) THEN
        RETURN false;
    END IF;
    PERFORM set_config(''berm.household'', id::text, true);
    RETURN true;
END';

-- A person is visible to whoever sees a household to which they belong or once belonged: its past is told with them in it.
CREATE FUNCTION fence_shows_person(id bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 4000 AS '
BEGIN
    IF nullif(current_setting(''berm.areas'', true), '''') IS NULL THEN
        RETURN false;
    END IF;
    IF NOT EXISTS (SELECT FROM membership AS m
                   JOIN household AS h ON h.household_id = m.household_id
                   JOIN area AS a ON a.area_id = h.area_id
                   WHERE m.person_id = id
                     AND current_setting(''berm.areas'')::int8multirange @> a.position_low) THEN
        RETURN false;
    END IF;
    PERFORM set_config(''berm.person'', id::text, true);
    RETURN true;
END';

-- Sealed numbers are shown where the caller sees sensitive fields, which may be fewer areas.
CREATE FUNCTION fence_shows_numbers(id bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 4000 AS '
BEGIN
    IF nullif(current_setting(''berm.sensitive_areas'', true), '''') IS NULL THEN
        RETURN false;
    END IF;
    RETURN EXISTS (SELECT FROM membership AS m
                   JOIN household AS h ON h.household_id = m.household_id
                   JOIN area AS a ON a.area_id = h.area_id
                   WHERE m.person_id = id
                     AND current_setting(''berm.sensitive_areas'')::int8multirange @> a.position_low);
END';

ALTER TABLE household ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON household FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR EXISTS (SELECT FROM area AS a
                  WHERE a.area_id = household.area_id AND (SELECT fence_areas()) @> a.position_low));

ALTER TABLE household_data ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON household_data FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.household', true) = household_id::text
       OR fence_shows_household(household_id));

ALTER TABLE flow_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON flow_entry FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.household', true) = household_id::text
       OR fence_shows_household(household_id));

ALTER TABLE monthly_flow ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON monthly_flow FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.household', true) = household_id::text
       OR fence_shows_household(household_id));

ALTER TABLE finding ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON finding FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.household', true) = household_id::text
       OR fence_shows_household(household_id));

ALTER TABLE standing ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON standing FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.household', true) = household_id::text
       OR fence_shows_household(household_id));

-- With a person all their memberships are visible: where somebody lives now decides what is told of them, and a reader
-- that did not see that they moved on would tell too much.
ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON membership FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.household', true) = household_id::text
       OR current_setting('berm.person', true) = person_id::text
       OR fence_shows_household(household_id)
       OR fence_shows_person(person_id));

ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON person FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.person', true) = person_id::text
       OR fence_shows_person(person_id));

ALTER TABLE person_data ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON person_data FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.person', true) = person_id::text
       OR fence_shows_person(person_id));

ALTER TABLE person_term ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON person_term FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.person', true) = person_id::text
       OR fence_shows_person(person_id));

ALTER TABLE person_search ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON person_search FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.household', true) = household_id::text
       OR fence_shows_household(household_id));

ALTER TABLE person_secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON person_secret FOR SELECT TO berm_fenced
USING (fence_shows_numbers(person_id));

ALTER TABLE id_lookup ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON id_lookup FOR SELECT TO berm_fenced
USING (fence_shows_numbers(person_id));

-- A warning lies where its household does, else in the area that it names, else nowhere: then it is for who sees everything.
ALTER TABLE warning ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON warning FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR CASE WHEN household_id IS NOT NULL THEN fence_shows_household(household_id)
               ELSE EXISTS (SELECT FROM area AS a
                            WHERE a.area_id = warning.area_id
                              AND (SELECT fence_areas()) @> a.position_low) END);

ALTER TABLE change_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON change_row FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR CASE entity
              WHEN 'area' THEN true
              WHEN 'household' THEN fence_shows_household(entity_id)
              WHEN 'flow' THEN fence_shows_household(entity_id)
              WHEN 'person' THEN fence_shows_person(entity_id)
              WHEN 'warning' THEN EXISTS (SELECT FROM warning AS w
                                          WHERE w.warning_id = change_row.entity_id)
              ELSE false END);
-- both:
