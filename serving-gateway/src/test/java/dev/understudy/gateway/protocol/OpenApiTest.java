package dev.understudy.gateway.protocol;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.OpenApi;
import dev.understudy.gateway.OpenApi.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The description of the gateway says what the protocol's code does, no more and no less. */
class OpenApiTest {
  /** Everything that means something somewhere in a path, and a name. */
  private static final List<String> WORDS =
      List.of(
          "health",
          "live",
          "ready",
          "models",
          "versions",
          "config",
          "stats",
          "infer",
          "explain",
          "repository",
          "index",
          "load",
          "unload",
          "name");

  private static final int LONGEST = 5;

  private final OpenApi document = OpenApi.ofTheGateway();

  @Test
  void everyDescribedPathIsServedAndByThatMethod() {
    assertThat(ofTheProtocol())
        .isNotEmpty()
        .allSatisfy(
            operation ->
                assertThat(Endpoint.of(document.exampleOf(operation)).map(Endpoint::method))
                    .as(operation.toString())
                    .contains(operation.method()));
  }

  @Test
  void everyServedPathIsDescribed() {
    record Described(Pattern path, String meaning) {}
    List<Described> described =
        ofTheProtocol().stream()
            .map(
                operation ->
                    new Described(
                        Pattern.compile(operation.path().replaceAll("\\{[a-z]+}", "[^/]+")),
                        meaning(document.exampleOf(operation)).orElseThrow()))
            .toList();
    List<String> missing = new ArrayList<>();
    Set<String> meanings = new TreeSet<>();
    for (String path : pathsOfWords()) {
      Optional<String> meaning = meaning(path);
      if (meaning.isEmpty()) {
        continue;
      }
      meanings.add(meaning.get());
      if (described.stream()
          .noneMatch(
              one -> one.meaning().equals(meaning.get()) && one.path().matcher(path).matches())) {
        missing.add(path);
      }
    }

    assertThat(missing).isEmpty();
    assertThat(meanings).isEqualTo(described.stream().map(Described::meaning).collect(toSet()));
    // So no kind of endpoint is one that the words do not reach.
    assertThat(meanings.stream().map(meaning -> meaning.split(" ")[0]).collect(toSet()))
        .isEqualTo(
            Arrays.stream(Endpoint.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .collect(toSet()));
  }

  @Test
  void everyProblemHasAnExampleWhereItsStatusIs() {
    Set<String> examples = new TreeSet<>();
    for (Operation operation : ofTheProtocol()) {
      for (Map.Entry<String, JsonNode> answer : operation.node().get("responses").properties()) {
        if (document.schema(answer.getValue()).path("$ref").asText().endsWith("/Error")) {
          for (Map.Entry<String, JsonNode> example : document.examples(answer.getValue())) {
            examples.add(example.getKey());
            assertThat(statusOf(example.getKey()))
                .as("%s: %s", operation, example.getKey())
                .isEqualTo(Integer.parseInt(answer.getKey()));
          }
        }
      }
    }

    assertThat(examples).isEqualTo(problemsOfTheGateway());
  }

  @Test
  void everyExampleFitsItsSchema() {
    for (Operation operation : document.operations()) {
      List<JsonNode> all = new ArrayList<>();
      operation.node().get("responses").forEach(all::add);
      if (operation.node().has("requestBody")) {
        all.add(operation.node().get("requestBody"));
      }
      for (JsonNode one : all) {
        for (Map.Entry<String, JsonNode> example : document.examples(one)) {
          document.requireFits(
              operation + " " + example.getKey(), document.schema(one), example.getValue());
        }
      }
    }
  }

  @Test
  void everyPartOfTheDescriptionIsUsed() {
    String text = document.root().toString();
    document
        .root()
        .get("components")
        .properties()
        .forEach(
            kind ->
                kind.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        name ->
                            assertThat(text)
                                .contains(
                                    "\"#/components/%s/%s\"".formatted(kind.getKey(), name))));
  }

  private List<Operation> ofTheProtocol() {
    return document.operations().stream()
        .filter(operation -> operation.path().startsWith("/v2"))
        .toList();
  }

  /** The kind of endpoint, and which of its parts the path names. */
  private static Optional<String> meaning(String path) {
    return Endpoint.of(path)
        .map(
            endpoint ->
                switch (endpoint) {
                  case Endpoint.ModelMetadata of -> named(of, of.version());
                  case Endpoint.ModelReady of -> named(of, of.version());
                  case Endpoint.ModelConfiguration of -> named(of, of.version());
                  case Endpoint.Statistics of ->
                      named(of, of.version()) + (of.model().isPresent() ? " model" : "");
                  case Endpoint.Infer of -> named(of, of.version());
                  case Endpoint.Explain of -> named(of, of.version());
                  default -> endpoint.getClass().getSimpleName();
                });
  }

  private static String named(Endpoint endpoint, Optional<String> version) {
    return endpoint.getClass().getSimpleName() + (version.isPresent() ? " version" : "");
  }

  private static List<String> pathsOfWords() {
    List<String> all = new ArrayList<>(List.of("/v2"));
    List<String> longest = List.of("/v2");
    for (int i = 0; i < LONGEST; i++) {
      longest =
          longest.stream().flatMap(path -> WORDS.stream().map(word -> path + "/" + word)).toList();
      all.addAll(longest);
    }
    return all;
  }

  private static Set<String> problemsOfTheGateway() {
    return new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.understudy.gateway")
            .stream()
            .flatMap(type -> type.getFieldAccessesFromSelf().stream())
            .filter(access -> access.getTargetOwner().isEquivalentTo(ProblemType.class))
            .map(access -> nameOf(ProblemType.valueOf(access.getName())))
            .collect(toSet());
  }

  private static int statusOf(String name) {
    return Arrays.stream(ProblemType.values())
        .filter(problem -> nameOf(problem).equals(name))
        .mapToInt(ProblemType::status)
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is no problem"));
  }

  private static String nameOf(ProblemType problem) {
    return problem.uri().toString().replaceAll(".*:", "");
  }
}
