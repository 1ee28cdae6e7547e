package dev.understudy.registry.mlflow;

import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.alias.Alias;
import dev.understudy.registry.alias.AliasDesk;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.catalog.Labels;
import dev.understudy.registry.catalog.ListedModel;
import dev.understudy.registry.catalog.ListedVersion;
import dev.understudy.registry.catalog.Listings;
import dev.understudy.registry.mlflow.MlflowViews.AliasView;
import dev.understudy.registry.mlflow.MlflowViews.ModelView;
import dev.understudy.registry.mlflow.MlflowViews.Pair;
import dev.understudy.registry.mlflow.MlflowViews.VersionView;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.rollout.ServingRoles;
import dev.understudy.registry.rollout.ServingRoles.Roles;
import dev.understudy.registry.search.Found;
import dev.understudy.registry.search.Search;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Registered models as MLflow's clients see them, with what the route says of their versions. */
@ApplicationScoped
class MlflowModels {
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

  private final MlflowProject project;
  private final Catalog catalog;
  private final Listings listings;
  private final Labels labels;
  private final AliasDesk aliases;
  private final ServingRoles roles;

  MlflowModels(
      MlflowProject project,
      Catalog catalog,
      Listings listings,
      Labels labels,
      AliasDesk aliases,
      ServingRoles roles) {
    this.project = project;
    this.catalog = catalog;
    this.listings = listings;
    this.labels = labels;
    this.aliases = aliases;
    this.roles = roles;
  }

  @Transactional
  ModelView create(String name, String description, Map<String, String> tags) {
    project.key();
    catalog.addNamed(project.name(), name, description);
    ListedModel model = model(name);
    tags.forEach((key, value) -> labels.tag(project.name(), model, key, value));
    return get(name);
  }

  ListedModel model(String name) {
    return listings.model(project.key(), name);
  }

  CatalogModel catalogModel(String name) {
    return catalog.model(project.name(), model(name).name());
  }

  @Transactional
  ModelView get(String name) {
    return views(List.of(model(name))).getFirst();
  }

  @Transactional
  Found<ModelView> search(Search search) {
    Found<ListedModel> found = listings.searchModels(project.key(), search);
    return new Found<>(views(found.items()), found.more());
  }

  @Transactional
  ModelView describe(String name, String description) {
    labels.describe(project.name(), model(name), description);
    return get(name);
  }

  @Transactional
  ModelView rename(String name, String other) {
    catalog.rename(catalogModel(name), other);
    return get(other);
  }

  @Transactional
  void remove(String name) {
    catalog.remove(catalogModel(name));
  }

  @Transactional
  void tag(String name, String key, String value) {
    labels.tag(project.name(), model(name), key, value);
  }

  @Transactional
  void untag(String name, String key) {
    labels.untag(project.name(), model(name), key);
  }

  /** The newest version of each of these stages; of every stage when none is named. */
  @Transactional
  List<VersionView> latest(String name, List<Stage> stages) {
    return views(List.of(model(name))).getFirst().latestVersions().stream()
        .filter(one -> stages.isEmpty() || stages.contains(Stage.of("stages", one.currentStage())))
        .toList();
  }

  /** The version that is meant. */
  ListedVersion version(String name, String version) {
    ListedModel model = model(name);
    if (!NUMBER.matcher(version).matches()) {
      throw Refused.field("version", "a version is a whole number from 1 on");
    }
    return listings
        .version(model, Integer.parseInt(version))
        .orElseThrow(
            () -> Refused.missing("model version", "%s/%s".formatted(model.name(), version)));
  }

  @Transactional
  VersionView view(String name, String version) {
    return versionViews(List.of(version(name, version))).getFirst();
  }

  @Transactional
  Found<VersionView> searchVersions(Search search) {
    Found<ListedVersion> found = listings.searchVersions(project.key(), search);
    return new Found<>(versionViews(found.items()), found.more());
  }

  @Transactional
  VersionView describeVersion(String name, String version, String description) {
    labels.describe(project.name(), version(name, version), description);
    return view(name, version);
  }

  @Transactional
  void tagVersion(String name, String version, String key, String value) {
    labels.tag(project.name(), version(name, version), key, value);
  }

  @Transactional
  void untagVersion(String name, String version, String key) {
    labels.untag(project.name(), version(name, version), key);
  }

  @Transactional
  void alias(String name, String alias, String version) {
    aliases.move(
        catalogModel(name), alias, String.valueOf(version(name, version).number()), AliasDesk.ANY);
  }

  @Transactional
  void removeAlias(String name, String alias) {
    aliases.remove(catalogModel(name), alias, AliasDesk.ANY);
  }

  /** The version of an alias, or of a word that the route answers. */
  @Transactional
  VersionView byAlias(String name, String alias) {
    ListedModel model = model(name);
    Roles now = roles.of(List.of(model.id())).getOrDefault(model.id(), Roles.NONE);
    List<Integer> named =
        switch (alias) {
          case "current", "champion" -> now.current();
          case "candidate", "challenger" -> now.candidates();
          case "previous" -> now.previous();
          default -> aliases.find(model.id(), alias).stream().map(Alias::version).toList();
        };
    if (named.size() > 1) {
      throw Refused.of(
          ProblemType.CONFLICT,
          "%d candidates are under test; name the version".formatted(named.size()));
    }
    return named.stream()
        .findFirst()
        .map(number -> view(name, String.valueOf(number)))
        .orElseThrow(
            () ->
                Refused.of(
                    ProblemType.NOT_FOUND,
                    "Registered model alias %s not found.".formatted(alias)));
  }

  private List<ModelView> views(List<ListedModel> models) {
    List<Long> ids = models.stream().map(ListedModel::id).toList();
    Map<Long, Roles> roles = this.roles.of(ids);
    Map<Long, List<Alias>> aliases = this.aliases.of(ids);
    Map<Long, Set<Integer>> wanted = new HashMap<>();
    Set<Integer> numbers = new LinkedHashSet<>();
    for (ListedModel model : models) {
      Roles now = roles.getOrDefault(model.id(), Roles.NONE);
      Set<Integer> latest = new LinkedHashSet<>();
      newestUnused(model.versions(), now).forEach(latest::add);
      now.candidates().stream().max(Integer::compare).ifPresent(latest::add);
      latest.addAll(now.current());
      wanted.put(model.id(), latest);
      numbers.addAll(latest);
    }
    Map<Long, List<ListedVersion>> versions = new HashMap<>();
    for (ListedVersion one : listings.versions(ids, numbers)) {
      if (wanted.getOrDefault(one.modelId(), Set.of()).contains(one.number())) {
        versions.computeIfAbsent(one.modelId(), id -> new ArrayList<>()).add(one);
      }
    }
    return models.stream()
        .map(
            model ->
                new ModelView(
                    model.name(),
                    model.createdMs(),
                    model.changedMs(),
                    model.description(),
                    versions.getOrDefault(model.id(), List.of()).stream()
                        .map(one -> versionView(one, roles, aliases))
                        .toList(),
                    Pair.of(model.tags()),
                    aliases.getOrDefault(model.id(), List.of()).stream()
                        .map(one -> new AliasView(one.name(), String.valueOf(one.version())))
                        .toList()))
        .toList();
  }

  /** The newest version that has no stage: few have one, so it is near the end. */
  private static Stream<Integer> newestUnused(int last, Roles now) {
    return Stream.iterate(last, number -> number > 0, number -> number - 1)
        .filter(number -> Stage.of(now, number) == Stage.NONE)
        .limit(1);
  }

  private List<VersionView> versionViews(List<ListedVersion> versions) {
    List<Long> ids = versions.stream().map(ListedVersion::modelId).distinct().toList();
    Map<Long, Roles> roles = this.roles.of(ids);
    Map<Long, List<Alias>> aliases = this.aliases.of(ids);
    return versions.stream().map(one -> versionView(one, roles, aliases)).toList();
  }

  private static VersionView versionView(
      ListedVersion one, Map<Long, Roles> roles, Map<Long, List<Alias>> aliases) {
    return new VersionView(
        one.model(),
        String.valueOf(one.number()),
        one.createdMs(),
        one.changedMs(),
        Stage.of(roles.getOrDefault(one.modelId(), Roles.NONE), one.number()).word(),
        one.description(),
        one.source().isEmpty() ? MlflowFiles.uri(one) : one.source(),
        one.run(),
        "READY",
        Pair.of(one.tags()),
        aliases.getOrDefault(one.modelId(), List.of()).stream()
            .filter(alias -> alias.version() == one.number())
            .map(Alias::name)
            .toList());
  }
}
