package dev.understudy.registry.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.search.Condition;
import dev.understudy.registry.search.Condition.Kind;
import dev.understudy.registry.search.Condition.Op;
import dev.understudy.registry.search.Search.Order;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchTextTest {
  @Test
  void whatClientsWriteIsRead() {
    assertThat(
            SearchText.conditions(
                "name='credit' and tags.`my key` LIKE \"a%\" AND metrics.auc >= 0.5e-1"
                    + " AND attributes.run_id NOT IN ('a', 'b') and params.a.b != '; drop'"))
        .containsExactly(
            new Condition(Kind.ATTRIBUTE, "name", Op.EQUAL, List.of("credit")),
            new Condition(Kind.TAG, "my key", Op.LIKE, List.of("a%")),
            new Condition(Kind.METRIC, "auc", Op.AT_LEAST, List.of("0.5e-1")),
            new Condition(Kind.ATTRIBUTE, "run_id", Op.NOT_IN, List.of("a", "b")),
            new Condition(Kind.PARAMETER, "a.b", Op.NOT_EQUAL, List.of("; drop")));
    assertThat(SearchText.conditions("  ")).isEmpty();
  }

  @Test
  void ordersAreRead() {
    assertThat(SearchText.orders(List.of("metrics.auc DESC", "start_time", "`name` asc")))
        .containsExactly(
            new Order(Kind.METRIC, "auc", true),
            new Order(Kind.ATTRIBUTE, "start_time", false),
            new Order(Kind.ATTRIBUTE, "name", false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name='a' OR 1=1",
        "name='a'; drop table model",
        "name='a' --",
        "name='a",
        "name=a",
        "name ~ 'a'",
        "'name' = 'a'",
        "1=1",
        "name",
        "name =",
        "secrets.key = 'a'",
        "name='a' name='b'",
        "name='a' AND",
        "name in 'a'",
        "name in ('a'",
        "(name='a')",
        "name = 'a' union select 1",
        "name = 'a\0'"
      })
  void whatIsNoFilterIsRefused(String filter) {
    assertThatThrownBy(() -> SearchText.conditions(filter))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.field()).isEqualTo("filter"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"name; drop", "name DESC, (select 1)", "name DOWN", ""})
  void whatIsNoOrderIsRefused(String order) {
    assertThatThrownBy(() -> SearchText.orders(List.of(order))).isInstanceOf(Refused.class);
  }

  @Test
  void aFilterHasAnEnd() {
    assertThatThrownBy(() -> SearchText.conditions("a='" + "x".repeat(4_000) + "'"))
        .hasMessageContaining("4000 characters");
    String many = "a=1" + " and a=1".repeat(50);
    assertThatThrownBy(() -> SearchText.conditions(many)).hasMessageContaining("50 conditions");
  }
}
