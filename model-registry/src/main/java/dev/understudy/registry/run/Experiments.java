package dev.understudy.registry.run;

import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.search.Condition;
import dev.understudy.registry.search.Found;
import dev.understudy.registry.search.Search;
import dev.understudy.registry.search.Where;
import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rows of experiments and their tags. */
@ApplicationScoped
class Experiments implements PanacheRepository<ExperimentEntity> {
  private static final Map<String, String> SORTED_BY =
      Map.of(
          "name", "e.name",
          "experiment_id", "e.id",
          "creation_time", "e.created_at",
          "last_update_time", "e.changed_at");

  Optional<ExperimentEntity> named(long project, String name) {
    return find("projectId = ?1 and name = ?2", project, name).firstResultOptional();
  }

  Map<String, String> tags(long experiment) {
    List<?> rows =
        getEntityManager()
            .createNativeQuery("select key, value from experiment_tag where experiment_id = :id")
            .setParameter("id", experiment)
            .getResultList();
    Map<String, String> tags = new TreeMap<>();
    rows.forEach(row -> tags.put((String) ((Object[]) row)[0], (String) ((Object[]) row)[1]));
    return tags;
  }

  void tag(long experiment, String key, String value) {
    getEntityManager()
        .createNativeQuery(
            """
            insert into experiment_tag (experiment_id, key, value) values (:id, :key, :value)
            on conflict (experiment_id, key) do update set value = excluded.value
            """)
        .setParameter("id", experiment)
        .setParameter("key", key)
        .setParameter("value", value)
        .executeUpdate();
  }

  Found<Long> search(long project, Search search) {
    Where where = new Where();
    where.and("e.project_id = " + where.bind(project));
    for (Condition one : search.conditions()) {
      switch (one.kind()) {
        case TAG -> where.keyedText("experiment_tag", "x.experiment_id = e.id", one);
        case ATTRIBUTE -> {
          if (!one.key().equals("name")) {
            throw Refused.field("filter", "experiments are searched by name and tags");
          }
          where.text("e.name", one);
        }
        default -> throw Refused.field("filter", "experiments are searched by name and tags");
      }
    }
    String orders =
        Stream.concat(
                search.orders().stream()
                    .map(order -> sortedBy(order.key()) + (order.descending() ? " desc" : "")),
                Stream.of("e.id desc"))
            .collect(Collectors.joining(", "));
    var query =
        getEntityManager()
            .createNativeQuery(
                "select e.id from experiment e where %s order by %s limit %s offset %s"
                    .formatted(
                        where.sql(),
                        orders,
                        where.bind(search.limit() + 1),
                        where.bind(search.skip())));
    where.parameters().forEach(query::setParameter);
    List<?> rows = query.getResultList();
    return Found.of(rows.stream().map(id -> ((Number) id).longValue()).toList(), search);
  }

  private static String sortedBy(String key) {
    String column = SORTED_BY.get(key);
    if (column == null) {
      throw Refused.field("order_by", "experiments are sorted by one of " + SORTED_BY.keySet());
    }
    return column;
  }
}
