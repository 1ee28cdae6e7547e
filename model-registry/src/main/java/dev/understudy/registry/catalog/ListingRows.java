package dev.understudy.registry.catalog;

import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.search.Condition;
import dev.understudy.registry.search.Found;
import dev.understudy.registry.search.Search;
import dev.understudy.registry.search.Search.Order;
import dev.understudy.registry.search.Where;
import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Models and versions as lists and searches want them, with what people say of them. */
@ApplicationScoped
class ListingRows implements PanacheRepository<ModelEntity> {
  private static final String MODELS =
      """
      select m.id, m.name, m.description, %s, %s, m.last_version from model m
      where %%s order by %%s limit %%s offset %%s
      """
          .formatted(ms("m.created_at"), ms("coalesce(m.changed_at, m.created_at)"));
  private static final String VERSIONS =
      """
      select v.id, m.id, m.name, v.number, v.sha256, v.bytes, v.format,
        coalesce(n.description, v.description), coalesce(v.run ->> 'id', ''),
        coalesce(v.run ->> 'source', ''), %s, %s
      from model_version v join model m on m.id = v.model_id
      left join version_note n on n.version_id = v.id
      where %%s order by %%s limit %%s offset %%s
      """
          .formatted(ms("v.created_at"), ms("coalesce(n.changed_at, v.created_at)"));
  private static final Map<String, String> MODELS_SORTED_BY =
      Map.of(
          "name", "m.name",
          "creation_timestamp", "m.created_at",
          "last_updated_timestamp", "coalesce(m.changed_at, m.created_at)");
  private static final Map<String, String> VERSIONS_SORTED_BY =
      Map.of(
          "name", "m.name",
          "version_number", "v.number",
          "creation_timestamp", "v.id",
          "last_updated_timestamp", "coalesce(n.changed_at, v.created_at)");

  private static String ms(String column) {
    return "cast(floor(extract(epoch from %s) * 1000) as bigint)".formatted(column);
  }

  Found<ListedModel> models(long project, Search search) {
    Where where = new Where();
    where.and("m.project_id = " + where.bind(project));
    for (Condition one : search.conditions()) {
      switch (one.kind()) {
        case TAG -> where.keyedText("model_tag", "x.model_id = m.id", one);
        case ATTRIBUTE -> where.text(column(Map.of("name", "m.name"), one), one);
        default -> throw noSuch(one, "name");
      }
    }
    List<Object[]> rows =
        rows(MODELS, where, orders(MODELS_SORTED_BY, search.orders(), "m.name"), search);
    Map<Long, Map<String, String>> tags = tags("model_tag", "model_id", rows);
    return Found.of(
        rows.stream()
            .map(
                row ->
                    new ListedModel(
                        number(row[0]),
                        (String) row[1],
                        (String) row[2],
                        number(row[3]),
                        number(row[4]),
                        (int) number(row[5]),
                        tags.getOrDefault(number(row[0]), Map.of())))
            .toList(),
        search);
  }

  Found<ListedVersion> versions(long project, Search search) {
    Where where = new Where();
    where.and("m.project_id = " + where.bind(project));
    for (Condition one : search.conditions()) {
      switch (one.kind()) {
        case TAG -> where.keyedText("version_tag", "x.version_id = v.id", one);
        case ATTRIBUTE -> {
          if (one.key().equals("version_number")) {
            where.number("v.number", one);
          } else {
            Map<String, String> columns =
                Map.of(
                    "name", "m.name",
                    "run_id", "(v.run ->> 'id')",
                    "source_path", "(v.run ->> 'source')");
            where.text(column(columns, one), one);
          }
        }
        default -> throw noSuch(one, "name, run_id, source_path, version_number");
      }
    }
    return versions(where, orders(VERSIONS_SORTED_BY, search.orders(), "v.id desc"), search);
  }

  /** The versions of a model with these numbers. */
  List<ListedVersion> numbered(Collection<Long> models, Collection<Integer> numbers) {
    Where where = new Where();
    where.and("v.model_id in (%s)".formatted(where.bind(models)));
    where.and("v.number in (%s)".formatted(where.bind(numbers)));
    int most = models.size() * numbers.size();
    return versions(where, "v.id", new Search(List.of(), List.of(), 0, most)).items();
  }

  private Found<ListedVersion> versions(Where where, String orders, Search search) {
    List<Object[]> rows = rows(VERSIONS, where, orders, search);
    Map<Long, Map<String, String>> tags = tags("version_tag", "version_id", rows);
    return Found.of(
        rows.stream()
            .map(
                row ->
                    new ListedVersion(
                        number(row[0]),
                        number(row[1]),
                        (String) row[2],
                        (int) number(row[3]),
                        (String) row[4],
                        number(row[5]),
                        (String) row[6],
                        (String) row[7],
                        (String) row[8],
                        (String) row[9],
                        number(row[10]),
                        number(row[11]),
                        tags.getOrDefault(number(row[0]), Map.of())))
            .toList(),
        search);
  }

  private List<Object[]> rows(String sql, Where where, String orders, Search search) {
    var query =
        getEntityManager()
            .createNativeQuery(
                sql.formatted(
                    where.sql(),
                    orders,
                    where.bind(search.limit() + 1),
                    where.bind(search.skip())));
    where.parameters().forEach(query::setParameter);
    List<Object[]> rows = new ArrayList<>();
    for (Object row : query.getResultList()) {
      rows.add((Object[]) row);
    }
    return rows;
  }

  private Map<Long, Map<String, String>> tags(String table, String link, List<Object[]> rows) {
    Map<Long, Map<String, String>> tags = new HashMap<>();
    if (rows.isEmpty()) {
      return tags;
    }
    for (Object row :
        getEntityManager()
            .createNativeQuery(
                "select x.%s, x.key, x.value from %s x where x.%s in (:ids)"
                    .formatted(link, table, link))
            .setParameter("ids", rows.stream().map(each -> number(each[0])).toList())
            .getResultList()) {
      Object[] columns = (Object[]) row;
      tags.computeIfAbsent(number(columns[0]), id -> new TreeMap<>())
          .put((String) columns[1], (String) columns[2]);
    }
    return tags;
  }

  private static String orders(Map<String, String> columns, List<Order> orders, String last) {
    List<String> sql = new ArrayList<>();
    for (Order order : orders) {
      String column = columns.get(order.key());
      if (column == null || order.kind() != Condition.Kind.ATTRIBUTE) {
        throw Refused.field("order_by", "sort by one of " + columns.keySet());
      }
      sql.add(column + (order.descending() ? " desc" : ""));
    }
    sql.add(last);
    return String.join(", ", sql);
  }

  private static String column(Map<String, String> columns, Condition one) {
    String column = columns.get(one.key());
    if (column == null) {
      throw noSuch(one, String.join(", ", columns.keySet()));
    }
    return column;
  }

  private static Refused noSuch(Condition one, String those) {
    return Refused.field(
        "filter", "'%s' is not searched here; take tags or one of %s".formatted(one.key(), those));
  }

  private static long number(Object column) {
    return ((Number) column).longValue();
  }
}
