package dev.understudy.registry;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Boots the registry with a real database: the names that people give to versions. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class AliasApiTest {
  @Test
  void anAliasMovesOnlyFromWhereTheCallerSawItAndItsMovesStay() {
    Api api = Api.withTwoVersions();
    String best = api.model() + "/aliases/best";

    Api.json("{\"version\": \"1\"}").put(best).then().statusCode(200).header("ETag", "\"1\"");
    Api.json("{\"version\": \"2\"}").put(best).then().statusCode(428);
    Api.json("{\"version\": \"2\"}").header("If-Match", "\"7\"").put(best).then().statusCode(412);
    Api.json("{\"version\": \"2\"}")
        .header("If-Match", "\"1\"")
        .put(best)
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"");
    given().get(best).then().statusCode(200).body("version", equalTo("2"));
    given().delete(best).then().statusCode(428);
    given().header("If-Match", "\"2\"").delete(best).then().statusCode(204);
    given().get(best).then().statusCode(404);
    Api.json("{\"version\": \"1\"}").header("If-Match", "\"2\"").put(best).then().statusCode(412);
    Api.json("{\"version\": \"1\"}").put(best).then().statusCode(200).header("ETag", "\"4\"");

    given()
        .get(best + "/history")
        .then()
        .body("items.change", equalTo(List.of(1, 2, 3, 4)))
        .body("items.version", equalTo(Arrays.asList("1", "2", null, "1")));
    given()
        .get("/v1/audit?project={p}&model=credit-risk", api.project)
        .then()
        .body("items.action", hasItem("alias.removed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"current", "Champion", "candidate", "challenger", "previous", "latest"})
  void whatServesIsNoAlias(String word) {
    Api api = Api.withTwoVersions();

    Api.json("{\"version\": \"1\"}")
        .put(api.model() + "/aliases/" + word)
        .then()
        .statusCode(409)
        .body("field", equalTo("alias"))
        .body("detail", containsString("follows the route"));
  }

  @Test
  void anAliasIsOfAVersionThatIsThere() {
    Api api = Api.withTwoVersions();

    Api.json("{\"version\": \"3\"}").put(api.model() + "/aliases/best").then().statusCode(404);
    Api.json("{\"version\": \"1\"}").put(api.model() + "/aliases/v2").then().statusCode(400);
    Api.json("{\"version\": \"1\"}")
        .put(api.model() + "/aliases/{a}", "a b")
        .then()
        .statusCode(400);
  }
}
