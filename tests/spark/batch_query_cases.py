"""Queries over small views: what record_batch_plans.py runs in real Spark.

One query a line; empty lines and lines that start with `--` do not count.
"""

VIEWS = {
    "t": """SELECT * FROM VALUES
        (1, 'x', 10, 100L, 1.5D, 1.25BD, 'one', DATE '2026-01-01', TIMESTAMP '2026-01-01 10:00:00', true),
        (2, 'x', 20, 200L, 2.5D, 2.50BD, 'two', DATE '2026-01-02', TIMESTAMP '2026-01-01 10:07:00', false),
        (3, 'y', NULL, 300L, NULL, 3.75BD, NULL, DATE '2026-02-01', TIMESTAMP '2026-01-01 11:00:00', NULL),
        (4, 'y', 40, NULL, 4.5D, NULL, 'four', NULL, NULL, true),
        (5, NULL, 50, 500L, 5.5D, 5.00BD, 'five', DATE '2026-03-01', TIMESTAMP '2026-01-02 00:00:00', false),
        (6, 'x', 20, 200L, 2.5D, 2.50BD, 'two', DATE '2026-01-02', TIMESTAMP '2026-01-01 10:07:00', false)
        AS t(id, g, a, b, d, dec, s, dt, ts, f)""",
    "u": """SELECT * FROM VALUES (1, 'x', 1000), (2, 'z', 2000), (2, 'y', 2500), (7, NULL, 7000), (NULL, 'x', 8000) AS u(id, g, v)""",
    "e": """SELECT * FROM VALUES (1, 'one') AS e(k, w) WHERE k > 1""",
    "arr": """SELECT * FROM VALUES
        (1, array(1, 2, 3), map('a', 1, 'b', 2), array(named_struct('x', 1, 'y', 'p'), named_struct('x', 2, 'y', 'q')), '{"p":1,"q":"w"}'),
        (2, array(), map(), array(), '{"p":null}'),
        (3, NULL, NULL, NULL, NULL),
        (4, array(9, NULL), map('c', NULL), array(NULL, named_struct('x', 3, 'y', NULL)), 'no json')
        AS arr(id, xs, m, ss, j)""",
    "ja": """SELECT * FROM VALUES (1, 'x', 10), (2, 'y', 20), (3, 'x', NULL) AS ja(id, ax, n)""",
    "jb": """SELECT * FROM VALUES (1, 'p', 100), (2, 'q', 200), (4, 'r', 400) AS jb(id, bx, n)""",
    "jc": """SELECT * FROM VALUES (1, 'c1'), (4, 'c4') AS jc(id, cx)""",
    "nn": """SELECT * FROM VALUES (1, 10L, 'a', 1.0D, 1.10BD, true), (2, 20L, 'b', 2.0D, 2.20BD, false), (3, 30L, 'a', 3.0D, 3.30BD, true) AS nn(i, l, s, d, dec, f)""",
}

QUERIES = r"""
-- projections, literals, stars
SELECT 1
SELECT 1 AS one, 'a', 2.5, 2.5D, NULL, true, 10000000000, 1L
SELECT id, a + 1, a * 2 AS twice FROM t
SELECT * FROM t
SELECT t.* FROM t
SELECT x.id FROM t AS x
SELECT t.id FROM t AS x
SELECT * FROM u AS w(p, q, r)
SELECT w.p, q FROM u AS w(p, q, r)
SELECT * FROM u AS w(p, q)
SELECT * EXCEPT (a, b) FROM t
SELECT * EXCEPT (nope) FROM t
SELECT id AS k, k + 1 FROM t
SELECT nope FROM t
SELECT id FROM nope
SELECT id FROM db.nope
SELECT nope(id) FROM t
SELECT * FROM (SELECT id, g FROM t) AS q WHERE q.id > 2
SELECT id FROM t WHERE a > 15 AND g = 'x'
SELECT id FROM t WHERE a
SELECT id FROM t WHERE sum(a) > 1
SELECT id FROM t WHERE g IN ('x', 'y') AND a IS NOT NULL
SELECT * FROM VALUES (1, 'a'), (2, NULL) AS v(n, c)
SELECT * FROM VALUES (1), (2.5), (NULL)
VALUES (1, 2), (3, 4)
VALUES (1, 2), (3)
VALUES (1, 'a'), (2, 3)
VALUES (1, array(1)), (2, 3)
SELECT * FROM range(5)
SELECT id + 1 FROM range(2, 10, 3)
SELECT * FROM range(10, 0, -4)
SELECT * FROM range(1, 2, 0)
SELECT * FROM range('a')
SELECT CASE WHEN a > 15 THEN 'big' WHEN a IS NULL THEN 'none' ELSE 'small' END AS size FROM t
-- group by
SELECT g, sum(a) FROM t GROUP BY g
SELECT g, count(*) FROM t GROUP BY g
SELECT count(*), count(1), count(a), count(a, b) FROM t
SELECT count(DISTINCT a), count(DISTINCT g, a) FROM t
SELECT g, count(DISTINCT a), sum(DISTINCT a), avg(DISTINCT a) FROM t GROUP BY g
SELECT sum(a), avg(a), min(a), max(a) FROM t
SELECT sum(b), avg(b), min(b), max(b) FROM t
SELECT sum(d), avg(d), min(d), max(d) FROM t
SELECT sum(dec), avg(dec), min(dec), max(dec) FROM t
SELECT min(s), max(s), min(dt), max(dt), min(ts), max(ts), min(f), max(f) FROM t
SELECT sum(i), avg(i), min(i), max(i), sum(l), sum(d), sum(dec), avg(dec), count(i) FROM nn
SELECT s, sum(i), avg(i), min(i), max(s), first(i), last(i), collect_list(i), collect_set(i) FROM nn GROUP BY s
SELECT sum(s) FROM t WHERE id = -1
SELECT avg(g) FROM t
SELECT sum('1'), avg('2.5')
SELECT sum(NULL), avg(NULL), min(NULL), max(NULL), count(NULL)
SELECT sum(f) FROM t
SELECT sum(dt) FROM t
SELECT sum(xs) FROM arr
SELECT min(m) FROM arr
SELECT max(xs), min(ss) FROM arr
SELECT sum() FROM t
SELECT sum(a, b) FROM t
SELECT count() FROM t
SELECT g, sum(a) + 1, sum(a + 1), sum(a) / count(a) FROM t GROUP BY g
SELECT g AS key, sum(a) AS total FROM t GROUP BY key
SELECT g, sum(a) FROM t GROUP BY 1
SELECT g, sum(a) FROM t GROUP BY 3
SELECT g, sum(a) FROM t GROUP BY 0
SELECT g, sum(a) FROM t GROUP BY 2
SELECT g, a FROM t GROUP BY g
SELECT g, a + 1, sum(b) FROM t GROUP BY g
SELECT a, sum(b) FROM t
SELECT g, sum(sum(a)) FROM t GROUP BY g
SELECT g, a + 1 FROM t GROUP BY g, a + 1
SELECT g, (a + 1) * 2 FROM t GROUP BY g, a + 1
SELECT upper(g), count(*) FROM t GROUP BY upper(g)
SELECT upper(g), count(*) FROM t GROUP BY g
SELECT g, count(*) FROM t GROUP BY ALL
SELECT g, f, count(*), sum(a) FROM t GROUP BY ALL
SELECT g, f FROM t GROUP BY ALL
SELECT sum(a) FROM t GROUP BY ALL
SELECT g, a + sum(b) FROM t GROUP BY ALL
SELECT count(*) FROM t GROUP BY g
SELECT DISTINCT g FROM t
SELECT DISTINCT g, a FROM t WHERE id <> 5
SELECT sum(a) FROM t GROUP BY sum(a)
SELECT * FROM t GROUP BY g
SELECT g, sum(a) FROM t GROUP BY g HAVING sum(a) > 30
SELECT g, sum(a) AS total FROM t GROUP BY g HAVING total > 30
SELECT g FROM t GROUP BY g HAVING count(*) > 1
SELECT g FROM t GROUP BY g HAVING a > 1
SELECT g, sum(a) FROM t GROUP BY g HAVING g = 'x'
SELECT sum(a) FROM t HAVING sum(a) > 1
SELECT sum(a) FROM t HAVING count(*) > 100
SELECT 1 FROM t HAVING count(*) > 1
SELECT g, sum(a) FROM t GROUP BY g HAVING max(b) > 100 AND g IS NOT NULL
SELECT g, sum(a) FROM t GROUP BY g HAVING nope > 1
SELECT map('a', 1) AS m1, count(*) FROM t GROUP BY map('a', 1)
SELECT m, count(*) FROM arr GROUP BY m
SELECT count(*) FROM e
SELECT sum(k), max(w), count(k), avg(k) FROM e
SELECT k, count(*) FROM e GROUP BY k
SELECT sum(a) FILTER (WHERE g = 'x'), count(*) FILTER (WHERE a > 15) FROM t
SELECT g, count(a) FILTER (WHERE a > 15) AS c FROM t GROUP BY g
SELECT sum(a) FILTER (WHERE a) FROM t
SELECT upper(g) FILTER (WHERE a > 1) FROM t
SELECT upper(DISTINCT g) FROM t
-- the other aggregate functions
SELECT count_if(a > 15), count_if(f) FROM t
SELECT mean(a), mean(d) FROM t
SELECT any_value(a), any_value(a, true), first(a), first(a, true), first_value(a), last(a), last_value(a, true) FROM (SELECT * FROM t ORDER BY id)
SELECT first(a) IGNORE NULLS, last(d) IGNORE NULLS, any_value(a) IGNORE NULLS FROM (SELECT * FROM t ORDER BY id)
SELECT collect_list(a), array_agg(g), sort_array(collect_set(a)) FROM (SELECT * FROM t ORDER BY id)
SELECT collect_list(g), collect_set(m) FROM arr
SELECT approx_count_distinct(a), approx_count_distinct(g, 0.1) FROM t
SELECT stddev(a), stddev_samp(a), stddev_pop(a), std(a), variance(a), var_samp(a), var_pop(a) FROM t
SELECT g, stddev(a), variance(a), var_pop(a) FROM t GROUP BY g
SELECT stddev(dec), variance(b) FROM t
SELECT corr(a, d), covar_samp(a, d), covar_pop(a, d) FROM t
SELECT skewness(a), kurtosis(a) FROM t
SELECT median(a), median(d), median(dec) FROM t
SELECT percentile(a, 0.5), percentile(a, array(0.25, 0.75)), percentile(d, 0.3) FROM t
SELECT percentile(a, 2) FROM t
SELECT percentile_approx(a, 0.5), approx_percentile(a, array(0.5, 0.9)), percentile_approx(a, 0.5, 100) FROM t
SELECT percentile_approx(d, 0.5), percentile_approx(dec, 0.5), percentile_approx(dt, 0.5) FROM t
SELECT percentile_approx(a, 1.5) FROM t
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), percentile_disc(0.5) WITHIN GROUP (ORDER BY a) FROM t
SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY a DESC) FROM t
SELECT percentile_cont(0.5) FROM t
SELECT mode(a), mode(g) FROM t WHERE id <> 5
SELECT max_by(s, a), min_by(s, a), max_by(id, dt) FROM t
SELECT max_by(s, m) FROM (SELECT 's' AS s, map('a', 1) AS m)
SELECT bool_and(f), every(f), bool_or(f), any(f), some(f) FROM t
SELECT bool_and(a) FROM t
SELECT bit_and(a), bit_or(a), bit_xor(a), bit_and(b) FROM t
SELECT bit_and(d) FROM t
SELECT try_sum(a), try_avg(a), try_sum(b), try_sum(dec), try_avg(dec) FROM t
SELECT product(a) FROM t
SELECT regr_count(d, a), regr_avgx(d, a), regr_avgy(d, a), regr_slope(d, a), regr_intercept(d, a), regr_r2(d, a), regr_sxx(d, a), regr_sxy(d, a), regr_syy(d, a) FROM t
SELECT listagg(g), listagg(g, ','), string_agg(s, '-') FROM (SELECT * FROM t ORDER BY id)
SELECT listagg(s, ',') WITHIN GROUP (ORDER BY id DESC) FROM t
SELECT listagg(DISTINCT g, ',') WITHIN GROUP (ORDER BY g) FROM t
SELECT listagg(a) FROM t
SELECT histogram_numeric(a, 3) FROM t
SELECT sum(9223372036854775807L) FROM range(2)
SELECT try_sum(9223372036854775807L) FROM range(2)
SELECT sum(CAST(1 AS TINYINT)), sum(CAST(1 AS SMALLINT)), sum(CAST(1 AS FLOAT)), avg(CAST(1 AS FLOAT)), sum(CAST(1 AS DECIMAL(38, 10))), avg(CAST(1 AS DECIMAL(38, 10)))
SELECT sum(INTERVAL '1' DAY), avg(INTERVAL '1' DAY)
SELECT bool_or(NULL), bit_or(NULL), collect_list(NULL), first(NULL), max_by(NULL, 1)
SELECT min(DISTINCT a), max(DISTINCT a), count(DISTINCT *) FROM t
SELECT count(*) + count(*) AS twice, max(a) - min(a) FROM t
SELECT g, max(struct(a, s)) FROM t GROUP BY g
SELECT g, count(*), if(count(*) > 1, 'many', 'one') FROM t GROUP BY g
SELECT 'k' AS k, sum(a) FROM t GROUP BY 'k'
SELECT g, 1 AS one, sum(a) FROM t GROUP BY g
SELECT sum(a) AS x, x + 1 FROM t
SELECT g, sum(a) AS total, total * 2 AS twice FROM t GROUP BY g
-- rollup, cube, grouping sets
SELECT g, f, sum(a) FROM t GROUP BY ROLLUP (g, f)
SELECT g, f, sum(a) FROM t GROUP BY CUBE (g, f)
SELECT g, f, sum(a) FROM t GROUP BY GROUPING SETS ((g), (f), ())
SELECT g, f, sum(a), grouping(g), grouping(f), grouping_id() FROM t GROUP BY ROLLUP (g, f)
SELECT g, f, grouping_id(g, f) FROM t GROUP BY CUBE (g, f)
SELECT g, sum(a) FROM t GROUP BY g WITH ROLLUP
SELECT g, f, count(*) FROM t GROUP BY g, ROLLUP (f)
SELECT g, sum(a) FROM t GROUP BY ROLLUP (g) HAVING grouping(g) = 1
SELECT g, sum(a) FROM t GROUP BY ROLLUP (g) ORDER BY grouping(g), g
SELECT grouping(g) FROM t GROUP BY g
SELECT grouping(g) FROM t
SELECT grouping(a) FROM t GROUP BY ROLLUP (g)
SELECT grouping_id(a) FROM t GROUP BY ROLLUP (g)
SELECT g, count(DISTINCT a) FROM t GROUP BY CUBE (g)
SELECT i, s, sum(l) FROM nn GROUP BY ROLLUP (i, s)
SELECT upper(g), f, count(*) FROM t GROUP BY GROUPING SETS ((upper(g), f), (upper(g)))
-- pivot
SELECT * FROM (SELECT g, f, a FROM t) PIVOT (sum(a) FOR g IN ('x', 'y'))
SELECT * FROM (SELECT g, f, a FROM t) PIVOT (sum(a) AS s, count(a) AS c FOR g IN ('x' AS ex, 'y' AS why))
SELECT * FROM (SELECT g, f, a FROM t) PIVOT (sum(a), max(a) FOR g IN ('x', 'y'))
SELECT * FROM (SELECT g, f, a FROM t) PIVOT (sum(a) FOR (g, f) IN (('x', true), ('y', false)))
SELECT * FROM (SELECT g, f, a FROM t) PIVOT (a FOR g IN ('x', 'y'))
SELECT * FROM (SELECT g, f, a FROM t) PIVOT (sum(a) FOR g IN (1, 2))
-- sort, limit, offset
SELECT id FROM t ORDER BY a, id
SELECT id FROM t ORDER BY a DESC, id
SELECT id FROM t ORDER BY a DESC NULLS FIRST, id
SELECT id FROM t ORDER BY a NULLS LAST, id
SELECT id, a FROM t ORDER BY 2, 1
SELECT id, a FROM t ORDER BY 3
SELECT id, a FROM t ORDER BY 0
SELECT id, a + 1 AS n FROM t ORDER BY n, id
SELECT id, a AS n FROM t ORDER BY a, id
SELECT id AS a FROM t ORDER BY a
SELECT g, id FROM t ORDER BY ALL
SELECT g, sum(a) FROM t GROUP BY g ORDER BY g
SELECT g, sum(a) AS total FROM t GROUP BY g ORDER BY total DESC
SELECT g FROM t GROUP BY g ORDER BY sum(a) DESC
SELECT g FROM t GROUP BY g ORDER BY count(*) DESC, g
SELECT g, sum(a) FROM t GROUP BY g ORDER BY sum(a)
SELECT g, sum(a) FROM t GROUP BY g HAVING count(*) > 1 ORDER BY max(b)
SELECT g FROM t GROUP BY g ORDER BY a
SELECT DISTINCT g FROM t ORDER BY g
SELECT DISTINCT g FROM t ORDER BY a
SELECT id FROM t ORDER BY nope
SELECT id FROM arr ORDER BY m
SELECT id FROM t ORDER BY id LIMIT 2
SELECT id FROM t ORDER BY id LIMIT 2 OFFSET 3
SELECT id FROM t ORDER BY id OFFSET 4
SELECT id FROM t ORDER BY id LIMIT 0
SELECT id FROM t ORDER BY id LIMIT ALL
SELECT id FROM t LIMIT -1
SELECT id FROM t LIMIT a
SELECT id FROM t LIMIT 'a'
SELECT id FROM t ORDER BY upper(s), id
SELECT t.id FROM t ORDER BY t.a, t.id
SELECT x.id AS k FROM t AS x ORDER BY x.a DESC, x.id
SELECT id FROM t SORT BY id
SELECT id FROM t DISTRIBUTE BY g
SELECT id FROM t CLUSTER BY id
SELECT id FROM t ORDER BY id DESC LIMIT 3
SELECT * FROM (SELECT id FROM t ORDER BY id LIMIT 3) ORDER BY id DESC
-- set operations
SELECT id FROM t UNION ALL SELECT id FROM u
SELECT id FROM t UNION SELECT id FROM u
SELECT id, g FROM t INTERSECT SELECT id, g FROM u
SELECT g FROM t INTERSECT ALL SELECT g FROM u
SELECT g FROM t EXCEPT SELECT g FROM u
SELECT g FROM t EXCEPT ALL SELECT g FROM u
SELECT g FROM t MINUS SELECT g FROM u
SELECT id, g FROM t UNION ALL SELECT id FROM u
SELECT id FROM t UNION ALL SELECT d FROM t
SELECT id FROM t UNION ALL SELECT g FROM t WHERE id < 0
SELECT id FROM t UNION ALL SELECT dec FROM t
SELECT id FROM t UNION ALL SELECT dt FROM t
SELECT id AS k FROM t UNION ALL SELECT v FROM u ORDER BY k
SELECT id FROM t UNION ALL SELECT xs FROM arr
SELECT m FROM arr UNION SELECT m FROM arr
SELECT m FROM arr INTERSECT SELECT m FROM arr
SELECT i FROM nn UNION ALL SELECT l FROM nn
SELECT i FROM nn UNION ALL SELECT id FROM t
SELECT i FROM nn EXCEPT SELECT id FROM t
SELECT i FROM nn INTERSECT SELECT id FROM u
SELECT NULL AS n UNION ALL SELECT 1
SELECT 1 UNION SELECT 2 UNION ALL SELECT 2 EXCEPT SELECT 1
(SELECT id FROM t ORDER BY id LIMIT 1) UNION ALL (SELECT id FROM u ORDER BY v LIMIT 1)
SELECT id, g FROM t UNION ALL BY NAME SELECT g, id FROM u
SELECT * FROM t WHERE id = 1 UNION ALL SELECT * FROM t WHERE id = 2
-- joins
SELECT * FROM t JOIN u ON t.id = u.id
SELECT t.id, u.v FROM t INNER JOIN u ON t.id = u.id
SELECT t.id, u.v FROM t LEFT JOIN u ON t.id = u.id
SELECT t.id, u.v FROM t RIGHT JOIN u ON t.id = u.id
SELECT t.id, u.id, u.v FROM t FULL OUTER JOIN u ON t.id = u.id
SELECT * FROM t LEFT SEMI JOIN u ON t.id = u.id
SELECT * FROM t LEFT ANTI JOIN u ON t.id = u.id
SELECT t.id, v FROM t CROSS JOIN u WHERE t.id < 2
SELECT t.id, v FROM t, u WHERE t.id = u.id
SELECT id FROM t JOIN u ON t.id = u.id
SELECT t.id FROM t JOIN u ON id = v
SELECT * FROM t JOIN u USING (id)
SELECT * FROM t LEFT JOIN u USING (id)
SELECT * FROM t RIGHT JOIN u USING (id)
SELECT * FROM t FULL JOIN u USING (id)
SELECT * FROM t LEFT SEMI JOIN u USING (id)
SELECT * FROM t JOIN u USING (id, g)
SELECT id, t.id, u.id FROM t FULL JOIN u USING (id)
SELECT * FROM t JOIN u USING (nope)
SELECT * FROM t JOIN u USING (v)
SELECT * FROM t NATURAL JOIN u
SELECT * FROM t NATURAL LEFT JOIN u
SELECT nn.i, u.v FROM nn LEFT JOIN u ON nn.i = u.id
SELECT nn.i, u.v FROM u LEFT JOIN nn ON nn.i = u.id
SELECT nn.i, u.v FROM u FULL JOIN nn ON nn.i = u.id
SELECT * FROM nn JOIN u USING (i)
SELECT x.id, y.id FROM t AS x JOIN t AS y ON x.a = y.a AND x.id < y.id
SELECT * FROM t JOIN u ON t.id
SELECT * FROM t JOIN u ON t.id = u.nope
SELECT * FROM t JOIN u ON sum(t.id) = u.id
SELECT * FROM t JOIN u ON t.d = u.id
SELECT t.id FROM t JOIN u ON t.g = u.g JOIN nn ON nn.i = t.id
SELECT count(*) FROM t JOIN u ON t.id > u.id
SELECT t.g, sum(u.v) FROM t JOIN u ON t.id = u.id GROUP BY t.g
SELECT t.*, u.v FROM t LEFT JOIN u ON t.id = u.id AND u.v > 1500 ORDER BY t.id, v
SELECT * FROM t x JOIN LATERAL (SELECT v FROM u WHERE u.id = x.id) AS q
SELECT x.id, q.v FROM t x LEFT JOIN LATERAL (SELECT v FROM u WHERE u.id = x.id) AS q
SELECT x.id, q.m FROM t x, LATERAL (SELECT max(v) AS m FROM u WHERE u.id = x.id) AS q
SELECT t.id, q.id FROM t JOIN (SELECT * FROM u WHERE v > 1000) AS q ON t.g = q.g
-- subqueries
SELECT id, (SELECT max(v) FROM u) FROM t
SELECT id, (SELECT max(v) FROM u) AS m FROM t
SELECT id FROM t WHERE a > (SELECT avg(a) FROM t)
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id)
SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.id)
SELECT id FROM t WHERE id IN (SELECT id FROM u)
SELECT id FROM t WHERE id NOT IN (SELECT id FROM u WHERE id IS NOT NULL)
SELECT id FROM t WHERE id NOT IN (SELECT id FROM u)
SELECT id FROM t WHERE (id, g) IN (SELECT id, g FROM u)
SELECT id FROM t WHERE id IN (SELECT id, g FROM u)
SELECT id FROM t WHERE id IN (SELECT g FROM u WHERE v < 0)
SELECT id, (SELECT max(v) FROM u WHERE u.id = t.id) AS m FROM t
SELECT id, (SELECT v FROM u) FROM t
SELECT id, (SELECT id, v FROM u) FROM t
SELECT id, (SELECT v FROM u WHERE nope = 1) FROM t
SELECT id, id IN (SELECT id FROM u WHERE id IS NOT NULL) AS there FROM t
SELECT g, sum(a) FROM t GROUP BY g HAVING sum(a) > (SELECT min(v) / 50 FROM u)
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM e)
SELECT (SELECT k FROM e), 1 AS one
SELECT id, (SELECT count(*) FROM u WHERE u.id = t.id) AS c FROM t
WITH q AS (SELECT g, sum(a) AS s FROM t GROUP BY g) SELECT * FROM q WHERE s > 40
WITH q(k, n) AS (SELECT g, a FROM t) SELECT k, max(n) FROM q GROUP BY k
WITH q AS (SELECT 1 AS n), r AS (SELECT n + 1 AS n FROM q) SELECT * FROM q UNION ALL SELECT * FROM r
WITH q AS (SELECT id FROM t) SELECT a.id, b.id FROM q a JOIN q b ON a.id = b.id + 1
WITH q AS (SELECT 1), q AS (SELECT 2) SELECT * FROM q
WITH t AS (SELECT 99 AS id) SELECT id FROM t
-- windows
SELECT id, row_number() OVER (ORDER BY id) FROM t
SELECT id, row_number() OVER (PARTITION BY g ORDER BY a, id) AS rn FROM t
SELECT id, rank() OVER (ORDER BY a), dense_rank() OVER (ORDER BY a), percent_rank() OVER (ORDER BY a), cume_dist() OVER (ORDER BY a) FROM t
SELECT id, ntile(3) OVER (ORDER BY id) FROM t
SELECT id, lag(a) OVER (ORDER BY id), lead(a) OVER (ORDER BY id), lag(a, 2) OVER (ORDER BY id), lead(a, 1, -1) OVER (ORDER BY id) FROM t
SELECT id, lag(a, 1, 'z') OVER (ORDER BY id) FROM t
SELECT id, first_value(a) OVER (ORDER BY id), last_value(a) OVER (ORDER BY id), nth_value(a, 2) OVER (ORDER BY id) FROM t
SELECT id, first_value(a) IGNORE NULLS OVER (ORDER BY id DESC), lag(a) IGNORE NULLS OVER (ORDER BY id) FROM t
SELECT id, sum(a) OVER () FROM t
SELECT id, sum(a) OVER (PARTITION BY g) AS total FROM t
SELECT id, sum(a) OVER (ORDER BY id) FROM t
SELECT id, sum(a) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS w FROM t
SELECT id, sum(a) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM t
SELECT id, sum(a) OVER (ORDER BY id ROWS 2 PRECEDING) FROM t
SELECT id, sum(a) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM t
SELECT id, sum(a) OVER (ORDER BY dt RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t
SELECT id, sum(a) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND CURRENT ROW) AS w FROM t
SELECT id, sum(a) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t WHERE id = 1
SELECT id, sum(a) OVER (RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t
SELECT id, sum(a) OVER (ORDER BY id, g RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t
SELECT id, sum(a) OVER (ORDER BY g RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t
SELECT id, sum(a) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND 1 PRECEDING) FROM t
SELECT id, sum(a) OVER (ORDER BY id ROWS BETWEEN id PRECEDING AND CURRENT ROW) FROM t
SELECT id, sum(a) OVER (ORDER BY id ROWS BETWEEN 1.5 PRECEDING AND CURRENT ROW) FROM t
SELECT id, row_number() OVER () FROM t
SELECT id, rank() OVER (PARTITION BY g) FROM t
SELECT id, row_number() OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM t
SELECT id, rank() FROM t
SELECT id, row_number() FROM t
SELECT id, upper(g) OVER (ORDER BY id) FROM t
SELECT id, nope(g) OVER (ORDER BY id) FROM t
SELECT id FROM t WHERE row_number() OVER (ORDER BY id) = 1
SELECT g, sum(a) OVER () FROM t GROUP BY g
SELECT g, sum(sum(a)) OVER () FROM t GROUP BY g
SELECT g, sum(a), rank() OVER (ORDER BY sum(a) DESC, g) AS r FROM t GROUP BY g
SELECT g, count(*) OVER (PARTITION BY g) FROM t GROUP BY g
SELECT id, row_number() OVER w AS rn, sum(a) OVER w AS s FROM t WINDOW w AS (PARTITION BY g ORDER BY id)
SELECT id, sum(a) OVER nope FROM t
SELECT id, sum(a) OVER (ORDER BY id) + 1 AS x, x * 2 FROM t
SELECT id FROM t ORDER BY row_number() OVER (ORDER BY a DESC, id)
SELECT * FROM (SELECT id, g, row_number() OVER (PARTITION BY g ORDER BY id DESC) AS rn FROM t) WHERE rn = 1
SELECT id, count(DISTINCT a) OVER (PARTITION BY g) FROM t
SELECT id, max(row_number() OVER (ORDER BY id)) OVER () FROM t
SELECT id, sum(sum(a) OVER ()) FROM t
SELECT id, sum(a) FILTER (WHERE a > 10) OVER (PARTITION BY g) AS w FROM t
SELECT id, collect_list(a) OVER (ORDER BY id) AS l FROM t
SELECT id, ntile(0) OVER (ORDER BY id) FROM t
SELECT id, ntile(id) OVER (ORDER BY id) FROM t
SELECT id, avg(a) OVER (PARTITION BY g ORDER BY id), min(b) OVER (PARTITION BY g), stddev(a) OVER (PARTITION BY g) FROM t
-- generators
SELECT id, explode(xs) FROM arr
SELECT id, explode(xs) AS x FROM arr
SELECT id, explode(m) FROM arr
SELECT id, explode(m) AS (k, v) FROM arr
SELECT id, explode_outer(xs) AS x FROM arr
SELECT id, posexplode(xs) FROM arr
SELECT id, posexplode_outer(xs) AS (p, x) FROM arr
SELECT id, inline(ss) FROM arr
SELECT id, inline_outer(ss) FROM arr
SELECT id, inline(ss) AS (p, q) FROM arr
SELECT stack(2, 1, 'a', 2, 'b')
SELECT id, stack(2, id, id + 10) AS n FROM arr
SELECT stack(2, 1, 'a', 'b', 2)
SELECT stack(0, 1)
SELECT id, json_tuple(j, 'p', 'q') FROM arr
SELECT id, json_tuple(j, 'p', 'q') AS (p, q) FROM arr
SELECT explode(xs), explode(xs) FROM arr
SELECT explode(xs) + 1 FROM arr
SELECT explode(id) FROM arr
SELECT explode(array(1, 2)) AS (a, b)
SELECT id, explode(explode(array(xs))) FROM arr
SELECT id FROM arr WHERE explode(xs) = 1
SELECT id FROM arr ORDER BY explode(xs)
SELECT explode(array(1, 2, 3)) AS x, x + 1
SELECT id, x FROM arr LATERAL VIEW explode(xs) AS x
SELECT id, q.x FROM arr LATERAL VIEW explode(xs) q AS x
SELECT id, x FROM arr LATERAL VIEW OUTER explode(xs) q AS x
SELECT id, k, v FROM arr LATERAL VIEW explode(m) q AS k, v
SELECT id, pos, col FROM arr LATERAL VIEW posexplode(xs)
SELECT id, x, k FROM arr LATERAL VIEW explode(xs) AS x LATERAL VIEW explode(m) AS k, v
SELECT id, x, y FROM arr LATERAL VIEW inline(ss) q AS x, y
SELECT * FROM arr LATERAL VIEW explode(nope) AS x
SELECT * FROM arr LATERAL VIEW upper(j) AS x
SELECT * FROM explode(array(1, 2))
SELECT * FROM explode(map('a', 1)) AS q(k, v)
SELECT arr.id, q.x FROM arr, LATERAL explode(xs) AS q(x)
SELECT * FROM stack(2, 1, 2, 3, 4)
SELECT * FROM nope(1)
SELECT id, count(*) FROM arr LATERAL VIEW explode(xs) AS x GROUP BY id
SELECT explode(collect_list(a)) FROM t
SELECT g, explode(collect_list(a)) AS x FROM t GROUP BY g
-- unpivot, sample, hints
SELECT * FROM (SELECT id, a, b FROM t) UNPIVOT (value FOR name IN (a, b))
SELECT * FROM (SELECT id, a, b FROM t) UNPIVOT INCLUDE NULLS (value FOR name IN (a, b))
SELECT * FROM (SELECT id, a, g FROM t) UNPIVOT (value FOR name IN (a, g))
SELECT /*+ BROADCAST(u) */ t.id, v FROM t JOIN u ON t.id = u.id
SELECT /*+ REPARTITION(3) */ id FROM t
SELECT count(*) FROM t TABLESAMPLE (100 PERCENT)
SELECT count(*) FROM t TABLESAMPLE (200 PERCENT)
-- structs and lambdas around
SELECT named_struct('x', id, 'y', g).y FROM t
SELECT max(id) AS m, min(named_struct('x', id)).x FROM t
SELECT struct(id, g).g, count(*) FROM t GROUP BY struct(id, g)
SELECT g.x FROM t
SELECT s, i, count(*) FROM nn GROUP BY s, i ORDER BY s DESC, i
SELECT current_date() IS NOT NULL AS c, count(*) FROM t
SELECT a, count(*) AS n FROM t GROUP BY a HAVING n > 1 ORDER BY a
SELECT coalesce(g, 'none') AS g, count(*) FROM t GROUP BY coalesce(g, 'none')
SELECT coalesce(g, 'none') AS g, count(*) FROM t GROUP BY g
SELECT t.g, count(*) FROM t GROUP BY g
SELECT g FROM t GROUP BY t.g
SELECT x.g, sum(x.a) AS total FROM t x GROUP BY x.g ORDER BY x.g
SELECT date_trunc('HOUR', ts) AS h, count(*) FROM t GROUP BY 1 ORDER BY 1
SELECT year(dt), month(dt), sum(a) FROM t GROUP BY year(dt), month(dt)
SELECT count(*) FROM t WHERE 1 = 0
SELECT sum(a) OVER (PARTITION BY g ORDER BY id) - a AS before, id FROM t
SELECT id, a, CAST(a AS STRING) || '!' AS s FROM t ORDER BY s
SELECT id FROM t WHERE a = '20'
SELECT id FROM t WHERE g = 1
SELECT sum(CASE WHEN g = 'x' THEN a ELSE 0 END) AS xs, sum(CASE WHEN g = 'y' THEN a ELSE 0 END) AS ys FROM t
SELECT id, transform(xs, x -> x + 1) AS y FROM arr
SELECT id, filter(xs, x -> x > id) AS y FROM arr
SELECT id, aggregate(xs, 0, (acc, x) -> acc + x) AS y FROM arr
SELECT transform(array(1, 2), x -> x + 1)
SELECT upper(x -> x)
SELECT transform(array(1), (x, y, z) -> x)
SELECT transform(array(1), (x, X) -> x)
SELECT id, exists(xs, x -> x = 2) AS y, forall(xs, x -> x > 0) AS z FROM arr
-- columns that USING and NATURAL hide
SELECT * FROM ja JOIN jb USING (id) JOIN jc ON jb.id = jc.id
SELECT ja.*, jb.*, jc.* FROM ja JOIN jb USING (id) JOIN jc USING (id)
SELECT ja.*, jb.*, jc.* FROM ja NATURAL JOIN jb NATURAL JOIN jc
SELECT jb.*, jc.* FROM ja LEFT JOIN jb USING (id) LEFT JOIN jc ON jb.id = jc.id
SELECT * FROM jc CROSS JOIN (ja JOIN jb USING (id)) WHERE jb.id = jc.id
SELECT * FROM jc JOIN (ja RIGHT JOIN jb USING (id)) ON ja.id = jc.id
SELECT *, jb.id FROM ja LEFT JOIN jb USING (id) LATERAL VIEW explode(array(1, 2)) AS e
SELECT id, ja.id, jb.id, e FROM ja FULL JOIN jb USING (id) LATERAL VIEW explode(array(jb.id, ja.id)) AS e
SELECT *, jb.id FROM ja JOIN jb USING (id), LATERAL (SELECT jb.id + 1 AS m)
SELECT q.id, jb.id FROM (SELECT * FROM ja JOIN jb USING (id)) q
SELECT jb.id FROM (SELECT * FROM ja JOIN jb USING (id))
SELECT DISTINCT ja.ax, jb.id FROM ja JOIN jb USING (id) JOIN jc ON jb.id = jc.id
SELECT ja.ax FROM ja JOIN jb USING (id) ORDER BY jb.id DESC LIMIT 1
SELECT * FROM ja JOIN jb USING (id) ORDER BY ALL
SELECT * FROM ja JOIN jb USING (id) ORDER BY 6
SELECT count(jb.id), id FROM ja LEFT JOIN jb USING (id) LEFT JOIN jc USING (id) GROUP BY id HAVING count(jc.id) > 0
SELECT * FROM ja LEFT JOIN jb USING (id) WHERE EXISTS (SELECT 1 FROM jc WHERE jc.id = jb.id)
SELECT * FROM ja JOIN jb USING (id) UNION ALL SELECT 1, 'a', 2, 'b', 3
SELECT * FROM ja LEFT SEMI JOIN jb USING (id) JOIN jc ON ja.id = jc.id
SELECT * FROM ja JOIN jb USING (id) PIVOT (sum(jb.id) FOR ax IN ('x', 'y'))
SELECT jb.* FROM ja JOIN jb USING (n)
SELECT ja.*, jb.* FROM ja RIGHT JOIN jb USING (n)
SELECT ja.* FROM ja FULL JOIN jb USING (n, id)
-- a name of USING or NATURAL that stands twice on one side
SELECT * FROM ja JOIN jb ON ja.id = jb.id JOIN jc USING (id)
SELECT * FROM jc JOIN (ja JOIN jb ON ja.id = jb.id) USING (id)
SELECT * FROM jc NATURAL JOIN (ja JOIN jb ON ja.id = jb.id)
SELECT * FROM (ja JOIN jb ON ja.id = jb.id) NATURAL JOIN jc
SELECT * FROM (ja JOIN jb ON ja.id = jb.id) NATURAL JOIN (ja a2 JOIN jb b2 ON a2.id = b2.id)
SELECT * FROM (SELECT 1 AS id, 2 AS v) NATURAL JOIN (SELECT 1 AS ID, 3 AS V)
SELECT * FROM ja JOIN jb USING (id, id)
-- decimals that 38 digits do not hold
SELECT coalesce(CAST(1 AS DECIMAL(38,0)), CAST(1.5 AS DECIMAL(10,5))) AS x
SELECT CASE WHEN id = 1 THEN CAST(1 AS DECIMAL(38,10)) ELSE CAST(1 AS DECIMAL(38,20)) END AS x FROM ja
SELECT CAST(1 AS DECIMAL(38,0)) AS x UNION ALL SELECT CAST(1.5 AS DECIMAL(10,5))
SELECT CAST(1 AS DECIMAL(38,0)) IN (CAST(1.00001 AS DECIMAL(10,5))) AS x
SELECT CAST(1 AS DECIMAL(38,0)) IN (SELECT CAST(1.00001 AS DECIMAL(10,5))) AS x
SELECT CAST(1 AS DECIMAL(38,0)) = CAST(1.00001 AS DECIMAL(10,5)) AS x, CAST(1 AS DECIMAL(38,0)) < CAST(1.00001 AS DECIMAL(10,5)) AS y
SELECT array(CAST(1 AS DECIMAL(38,0)), CAST(1.5 AS DECIMAL(10,5))) AS x, greatest(CAST(1 AS DECIMAL(38,0)), CAST(1.5 AS DECIMAL(10,5))) AS y
SELECT coalesce(CAST(1 AS DECIMAL(38,18)), 1L) AS x, coalesce(CAST(1 AS DECIMAL(38,30)), 1L) AS y
SELECT * FROM VALUES (CAST(1 AS DECIMAL(38,0))), (CAST(1.5 AS DECIMAL(10,5))) AS v(x)
SELECT coalesce(CAST(1 AS DECIMAL(20,0)), CAST(1.5 AS DECIMAL(20,19))) AS x
SELECT CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0)) > CAST(1.5 AS DECIMAL(10,5)) AS x
-- named windows
SELECT id, sum(n) OVER w AS s FROM ja WINDOW w AS (ORDER BY id) UNION ALL SELECT id, max(n) OVER w FROM jb WINDOW w AS (ORDER BY id DESC)
SELECT sum(n) OVER w FROM ja UNION ALL SELECT max(n) OVER w FROM jb WINDOW w AS (ORDER BY id DESC)
SELECT sum(n) OVER w FROM ja WINDOW w AS (ORDER BY id) UNION ALL SELECT max(n) OVER w FROM jb
SELECT id, sum(n) OVER w AS s FROM ja ORDER BY id WINDOW w AS (ORDER BY id)
SELECT sum(n) OVER w AS s FROM ja UNION ALL SELECT n FROM jb ORDER BY 1 WINDOW w AS (ORDER BY id)
SELECT sum(n) OVER w AS s FROM ja WINDOW w AS (ORDER BY id) ORDER BY 1 WINDOW w AS (ORDER BY id DESC)
SELECT sum(n) OVER w AS s FROM (SELECT *, max(n) OVER w AS m FROM ja WINDOW w AS (ORDER BY id)) WINDOW w AS (ORDER BY id DESC)
SELECT m FROM (SELECT *, max(n) OVER w AS m FROM ja) WINDOW w AS (ORDER BY id DESC)
SELECT n, (SELECT max(x) FROM (SELECT sum(n) OVER w AS x FROM jb)) FROM ja WINDOW w AS (ORDER BY id)
WITH c AS (SELECT max(n) OVER w AS m FROM ja) SELECT m FROM c WINDOW w AS (ORDER BY m)
SELECT id FROM ja WINDOW w AS (ORDER BY id) ORDER BY sum(n) OVER w
SELECT sum(n) OVER w FROM ja WINDOW w AS (ORDER BY id), w AS (ORDER BY n)
FROM ja SELECT sum(n) OVER w AS s WINDOW w AS (ORDER BY id)
-- frames that end before they begin
SELECT id, sum(n) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED PRECEDING) FROM ja
SELECT id, sum(n) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED FOLLOWING AND CURRENT ROW) FROM ja
SELECT id, sum(n) OVER (ORDER BY id ROWS UNBOUNDED FOLLOWING) FROM ja
SELECT id, sum(n) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED PRECEDING) FROM ja
SELECT id, sum(n) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND UNBOUNDED PRECEDING) FROM ja
SELECT id, sum(n) OVER (ROWS BETWEEN UNBOUNDED FOLLOWING AND 1 FOLLOWING) FROM ja
SELECT id, row_number() OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED PRECEDING) FROM ja
-- names
SELECT (SELECT max(v) FROM u WHERE u.id = t.id) FROM t
SELECT (SELECT max(v) FROM u WHERE u.id = t.id AND u.g = t.g) FROM t
SELECT (SELECT max(v) FROM u WHERE t.id = u.id AND u.v > t.id) FROM t
SELECT EXISTS (SELECT 1 FROM u WHERE u.id = t.id) FROM t
SELECT id IN (SELECT u.id FROM u WHERE u.g = t.g AND u.id IS NOT NULL) FROM t
SELECT (SELECT max(v) FROM u WHERE u.id = x.id) + 1 FROM t x
SELECT (id, g) IN (SELECT u.id, u.g FROM u WHERE u.v > a AND u.id IS NOT NULL AND u.g IS NOT NULL) FROM t WHERE g IS NOT NULL
SELECT (SELECT max(v) FROM u WHERE u.id = t.id + t.a) FROM t
SELECT (SELECT t.id) FROM t
SELECT substr(ax, 1, 2), substr(ax, 1), substring(ax, 1, 2), substr(ax FROM 1 FOR 2), SUBSTR(ax FROM 1), substring(ax FROM 2), SubStr(ax, 1), Substring(ax, 1) FROM ja
SELECT CAST(CAST(n AS STRING) AS INT), CAST(n AS STRING), n::STRING, n::STRING::INT, CAST(CAST(ja.n AS STRING) AS INT) FROM ja
SELECT TRY_CAST(CAST(n AS STRING) AS INT), CAST(TRY_CAST(n AS STRING) AS INT), TRY_CAST(n AS STRING) FROM ja
SELECT n > 1.5, n = 1.5, 1.5 < n, n + 1.5, n IN (1.5), n <=> 1.5, n > CAST(1.5 AS DECIMAL(3,1)), n BETWEEN 1.5 AND 2.5, n != 1.5 FROM ja
SELECT n > 10.5, n >= 10.5, n < 10.5, n <= 10.5, 10.5 > n, 10.5 >= n, 10.5 < n, 10.5 <= n, n > -10.5, n >= -10.5, n < 10.0 FROM ja
SELECT n > 99999999999999999999.5, n < 99999999999999999999.5, 99999999999999999999.5 > n, n >= -99999999999999999999.5, id <= 99999999999999999999 FROM ja
SELECT CAST(id AS TINYINT) > 1.5, CAST(id AS BIGINT) <= 1.5, 1 > 0.5, id > 1.5D, id > '1' FROM ja
-- the columns of a grouping, seen from a query inside
SELECT g, sum(a) + 1000 AS s FROM t GROUP BY g HAVING count(*) > 0 AND s > (SELECT min(v) FROM u WHERE u.g = t.g)
SELECT upper(g) AS k, sum(a) AS s FROM t GROUP BY upper(g) HAVING count(*) > 0 AND EXISTS (SELECT 1 FROM u WHERE upper(u.g) = k)
-- common tables by IDENTIFIER
WITH q AS (SELECT 1 AS x) SELECT * FROM IDENTIFIER('q')
WITH q AS (SELECT 1 AS x) SELECT * FROM IDENTIFIER('Q') AS z
WITH ja AS (SELECT 1 AS x) SELECT q.x FROM IDENTIFIER('ja') q
WITH q AS (SELECT 1 AS x) SELECT * FROM IDENTIFIER('a.q')
WITH `q.r` AS (SELECT 1 AS x) SELECT * FROM IDENTIFIER('`q.r`')
-- intervals in an interval
SELECT INTERVAL '10' DAY div INTERVAL '3' DAY, INTERVAL '10' MONTH div INTERVAL '3' MONTH, INTERVAL '10' YEAR div INTERVAL '7' MONTH, INTERVAL '-10' DAY div INTERVAL '3' DAY
SELECT INTERVAL '10' DAY div INTERVAL '3' MONTH
SELECT INTERVAL '10' DAY div 3
SELECT INTERVAL '10' DAY / INTERVAL '3' DAY
SELECT INTERVAL '10' DAY div INTERVAL '0' DAY
SELECT INTERVAL '10' DAY div NULL, NULL div INTERVAL '10' DAY
SELECT INTERVAL '10' DAY % INTERVAL '3' DAY
SELECT (ts - TIMESTAMP '2026-01-01 00:00:00') div INTERVAL '15' MINUTE AS quarters FROM t
SELECT make_dt_interval(-106751991, -4, 0, -54.775808) div INTERVAL '-0.000001' SECOND AS x
-- letters beyond ASCII
SELECT `GRÖßE`, `größe` FROM (SELECT 1 AS `Größe`)
SELECT `GRÖSSE` FROM (SELECT 1 AS `Größe`)
SELECT `ПРИВЕТ`, `ς` FROM (SELECT 1 AS `привет`, 2 AS `Σ`)
SELECT `İ` FROM (SELECT 1 AS i)
SELECT `ı` FROM (SELECT 1 AS i)
SELECT `ß` FROM (SELECT 1 AS `ẞ`)
SELECT `K` FROM (SELECT 1 AS `K`)
SELECT * FROM (SELECT 1 AS `Été`, 2 AS x) JOIN (SELECT 1 AS `ÉTÉ`, 3 AS y) USING (`été`)
WITH `Größe` AS (SELECT 1 AS x) SELECT * FROM `GRÖßE`
SELECT `GRÖßE`.x FROM (SELECT 1 AS x) AS `größe`
SELECT s.`GRÖßE` FROM (SELECT named_struct('größe', 1) AS s)
"""


def queries():
    return [line.strip() for line in QUERIES.splitlines() if line.strip() and not line.startswith("--")]
