-- 0024: who sees everything reads by a role of their own, for which a rule is "true", so that it is planned away. A rule
-- that has to ask whether the caller sees everything costs as much as reading one household does.
-- docs/decisions/0011-row-level-security.md tells when which role is taken.

-- It is a member of berm_fenced: what that role may read it reads, and a table's rule for that role holds for it too
-- where the table has none of its own.
-- only: postgres
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'berm_everywhere') THEN
        BEGIN
            CREATE ROLE berm_everywhere NOLOGIN IN ROLE berm_fenced;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another register of this server was quicker
        END;
    END IF;
    IF NOT pg_has_role('berm_everywhere', 'berm_fenced', 'USAGE') THEN
        GRANT berm_fenced TO berm_everywhere;
    END IF;
    IF NOT pg_has_role(current_user, 'berm_everywhere', 'MEMBER') THEN
        EXECUTE format('GRANT berm_everywhere TO %I', current_user);
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format(
        'an administrator of the server runs once: %sGRANT berm_everywhere TO %I;',
        CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'berm_everywhere')
             THEN 'CREATE ROLE berm_everywhere NOLOGIN IN ROLE berm_fenced; '
             WHEN NOT pg_has_role('berm_everywhere', 'berm_fenced', 'USAGE')
             THEN 'GRANT berm_fenced TO berm_everywhere; ' ELSE '' END, current_user);
END $$;

-- Each table whose rule begins with that question. Sealed numbers and files of visits have other rules, which stay.
DO $$
DECLARE fenced regclass;
BEGIN
    FOR fenced IN SELECT p.polrelid FROM pg_catalog.pg_policy AS p
                  JOIN pg_catalog.pg_class AS c ON c.oid = p.polrelid
                  WHERE c.relnamespace = current_schema()::regnamespace AND p.polname = 'fence'
                    AND pg_get_expr(p.polqual, p.polrelid) LIKE '%fence_is_open()%'
                  ORDER BY c.relname COLLATE "C" LOOP
        EXECUTE format('CREATE POLICY everywhere ON %s FOR SELECT TO berm_everywhere USING (true)', fenced);
    END LOOP;
END $$;

-- Where a warning lies is looked up as the owner, as a household's place is: in the rule of change_row a subquery over
-- the table would bring that table's own rule into each statement.
CREATE FUNCTION fence_shows_warning(id bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 2000 AS $$
BEGIN
    IF nullif(current_setting('berm.areas', true), '') IS NULL THEN
        RETURN false;
    END IF;
    RETURN EXISTS (SELECT FROM warning AS w
                   LEFT JOIN household AS h ON h.household_id = w.household_id
                   JOIN area AS a ON a.area_id = CASE WHEN w.household_id IS NULL THEN w.area_id ELSE h.area_id END
                   WHERE w.warning_id = id
                     AND current_setting('berm.areas')::int8multirange @> a.position_low);
END $$;

ALTER POLICY fence ON change_row
USING ((SELECT fence_is_open())
       OR CASE entity
              WHEN 'area' THEN true
              WHEN 'household' THEN fence_shows_household(entity_id)
              WHEN 'flow' THEN fence_shows_household(entity_id)
              WHEN 'visit' THEN fence_shows_household(entity_id)
              WHEN 'attachment' THEN fence_shows_household(entity_id)
              WHEN 'person' THEN fence_shows_person(entity_id)
              WHEN 'warning' THEN fence_shows_warning(entity_id)
              ELSE false END);
-- both:
