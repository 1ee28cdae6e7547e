package dev.understudy.registry.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What hangs on a run, written and read in whole batches: parameters, tags, metrics. */
@ApplicationScoped
class RunRows implements PanacheRepositoryBase<RunEntity, String> {
  private final ObjectMapper json;

  RunRows(ObjectMapper json) {
    this.json = json;
  }

  /** A text of a run; the run's id is there because many runs are read at once. */
  record Text(String run, String key, String value) {}

  /** A figure of a run. */
  record Figure(String run, Metric metric) {}

  void addMetrics(String run, List<Metric> metrics) {
    // As text: JSON has no word for NaN.
    List<Map<String, Object>> rows =
        metrics.stream()
            .map(
                one ->
                    Map.<String, Object>of(
                        "k", one.key(),
                        "s", one.step(),
                        "a", one.atMs(),
                        "v", String.valueOf(one.value())))
            .toList();
    String batch = write(rows);
    getEntityManager()
        .createNativeQuery(
            """
            insert into run_metric (run_id, key, step, at_ms, value)
            select :run, t.k, t.s, t.a, cast(t.v as double precision)
            from jsonb_to_recordset(cast(:batch as jsonb)) as t(k text, s bigint, a bigint, v text)
            on conflict do nothing
            """)
        .setParameter("run", run)
        .setParameter("batch", batch)
        .executeUpdate();
    getEntityManager()
        .createNativeQuery(
            """
            insert into run_latest (run_id, key, step, at_ms, value)
            select distinct on (t.k) :run, t.k, t.s, t.a, cast(t.v as double precision)
            from jsonb_to_recordset(cast(:batch as jsonb)) as t(k text, s bigint, a bigint, v text)
            order by t.k, t.s desc, t.a desc, cast(t.v as double precision) desc
            on conflict (run_id, key) do update
            set step = excluded.step, at_ms = excluded.at_ms, value = excluded.value
            where (excluded.step, excluded.at_ms, excluded.value)
              > (run_latest.step, run_latest.at_ms, run_latest.value)
            """)
        .setParameter("run", run)
        .setParameter("batch", batch)
        .executeUpdate();
  }

  /** Adds those that are new. */
  void addParameters(String run, Map<String, String> parameters) {
    getEntityManager()
        .createNativeQuery(
            """
            insert into run_parameter (run_id, key, value)
            select :run, t.key, t.value from jsonb_each_text(cast(:batch as jsonb)) as t
            on conflict do nothing
            """)
        .setParameter("run", run)
        .setParameter("batch", write(parameters))
        .executeUpdate();
  }

  void setTags(String run, Map<String, String> tags) {
    getEntityManager()
        .createNativeQuery(
            """
            insert into run_tag (run_id, key, value)
            select :run, t.key, t.value from jsonb_each_text(cast(:batch as jsonb)) as t
            on conflict (run_id, key) do update set value = excluded.value
            """)
        .setParameter("run", run)
        .setParameter("batch", write(tags))
        .executeUpdate();
  }

  boolean removeTag(String run, String key) {
    return getEntityManager()
            .createNativeQuery("delete from run_tag where run_id = :run and key = :key")
            .setParameter("run", run)
            .setParameter("key", key)
            .executeUpdate()
        > 0;
  }

  List<Text> parameters(Collection<String> runs) {
    return texts("select run_id, key, value from run_parameter where run_id in (:runs)", runs);
  }

  List<Text> tags(Collection<String> runs) {
    return texts("select run_id, key, value from run_tag where run_id in (:runs)", runs);
  }

  private List<Text> texts(String sql, Collection<String> runs) {
    List<Text> texts = new ArrayList<>();
    for (Object row :
        getEntityManager().createNativeQuery(sql).setParameter("runs", runs).getResultList()) {
      Object[] columns = (Object[]) row;
      texts.add(new Text((String) columns[0], (String) columns[1], (String) columns[2]));
    }
    return texts;
  }

  List<Figure> latest(Collection<String> runs) {
    List<Figure> figures = new ArrayList<>();
    for (Object row :
        getEntityManager()
            .createNativeQuery(
                "select run_id, key, value, at_ms, step from run_latest where run_id in (:runs)")
            .setParameter("runs", runs)
            .getResultList()) {
      Object[] columns = (Object[]) row;
      figures.add(new Figure((String) columns[0], metric((String) columns[1], columns, 2)));
    }
    return figures;
  }

  /** The points of one figure after that one, in order. */
  List<Metric> history(String run, String key, Metric after, int limit) {
    List<Metric> points = new ArrayList<>();
    for (Object row :
        getEntityManager()
            .createNativeQuery(
                """
                select value, at_ms, step from run_metric
                where run_id = :run and key = :key and (step, at_ms, value) > (:step, :at, :value)
                order by step, at_ms, value limit :limit
                """)
            .setParameter("run", run)
            .setParameter("key", key)
            .setParameter("step", after.step())
            .setParameter("at", after.atMs())
            .setParameter("value", after.value())
            .setParameter("limit", limit)
            .getResultList()) {
      points.add(metric(key, (Object[]) row, 0));
    }
    return points;
  }

  private static Metric metric(String key, Object[] columns, int first) {
    return new Metric(
        key,
        ((Number) columns[first]).doubleValue(),
        ((Number) columns[first + 1]).longValue(),
        ((Number) columns[first + 2]).longValue());
  }

  private String write(Object value) {
    try {
      return json.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of texts and numbers are always JSON", e);
    }
  }
}
