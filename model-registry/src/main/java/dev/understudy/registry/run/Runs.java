package dev.understudy.registry.run;

import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.search.Condition;
import dev.understudy.registry.search.Found;
import dev.understudy.registry.search.Search;
import dev.understudy.registry.search.Search.Order;
import dev.understudy.registry.search.Where;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rows of runs, and the search over them. */
@ApplicationScoped
class Runs implements PanacheRepositoryBase<RunEntity, String> {
  private static final Map<String, String> TEXTS =
      Map.of(
          "run_id", "r.id",
          "run_name", "r.name",
          "status", "r.status",
          "user_id", "r.user_name");
  private static final Map<String, String> NUMBERS =
      Map.of("start_time", "r.started_ms", "end_time", "r.ended_ms");

  Optional<RunEntity> in(long project, String id) {
    return find(
            "from RunEntity r where r.id = ?1 and exists (from ExperimentEntity e where e.id ="
                + " r.experimentId and e.projectId = ?2)",
            id,
            project)
        .firstResultOptional();
  }

  /** The run, which nobody else writes to until the transaction ends. */
  Optional<RunEntity> locked(long project, String id) {
    Optional<RunEntity> found = in(project, id);
    found.ifPresent(run -> getEntityManager().refresh(run, LockModeType.PESSIMISTIC_WRITE));
    return found;
  }

  Found<RunEntity> search(long project, List<Long> experiments, Search search) {
    Where where = new Where();
    List<String> ids = experiments.stream().map(where::bind).toList();
    where.and("r.experiment_id in (%s)".formatted(String.join(", ", ids)));
    where.and(
        "exists (select 1 from experiment e where e.id = r.experiment_id and e.project_id = %s)"
            .formatted(where.bind(project)));
    search.conditions().forEach(one -> condition(where, one));
    List<String> orders = new ArrayList<>();
    search.orders().forEach(order -> orders.add(order(where, order)));
    orders.add("r.started_ms desc");
    orders.add("r.id");
    var query =
        getEntityManager()
            .createNativeQuery(
                "select r.* from run r where %s order by %s limit %s offset %s"
                    .formatted(
                        where.sql(),
                        String.join(", ", orders),
                        where.bind(search.limit() + 1),
                        where.bind(search.skip())),
                RunEntity.class);
    where.parameters().forEach(query::setParameter);
    List<RunEntity> rows = new ArrayList<>();
    for (Object row : query.getResultList()) {
      rows.add((RunEntity) row);
    }
    return Found.of(rows, search);
  }

  private static void condition(Where where, Condition one) {
    switch (one.kind()) {
      case METRIC -> where.keyedNumber("run_latest", "x.run_id = r.id", one);
      case PARAMETER -> where.keyedText("run_parameter", "x.run_id = r.id", one);
      case TAG -> where.keyedText("run_tag", "x.run_id = r.id", one);
      case ATTRIBUTE -> {
        if (NUMBERS.containsKey(one.key())) {
          where.number(NUMBERS.get(one.key()), one);
        } else if (TEXTS.containsKey(one.key())) {
          where.text(TEXTS.get(one.key()), one);
        } else {
          throw Refused.field(
              "filter",
              "runs have the attributes %s and %s".formatted(TEXTS.keySet(), NUMBERS.keySet()));
        }
      }
    }
  }

  private static String order(Where where, Order order) {
    String column =
        switch (order.kind()) {
          case METRIC -> keyed("run_latest", where.bind(order.key()));
          case PARAMETER -> keyed("run_parameter", where.bind(order.key()));
          case TAG -> keyed("run_tag", where.bind(order.key()));
          case ATTRIBUTE -> attribute(order.key());
        };
    return column + (order.descending() ? " desc" : "") + " nulls last";
  }

  private static String keyed(String table, String key) {
    return "(select x.value from %s x where x.run_id = r.id and x.key = %s)".formatted(table, key);
  }

  private static String attribute(String key) {
    String column = NUMBERS.getOrDefault(key, TEXTS.get(key));
    if (column == null) {
      throw Refused.field(
          "order_by", "runs are sorted by metrics, parameters, tags or " + NUMBERS.keySet());
    }
    return column;
  }
}
