package dev.understudy.registry.catalog;

import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.search.Condition;
import dev.understudy.registry.search.Condition.Kind;
import dev.understudy.registry.search.Condition.Op;
import dev.understudy.registry.search.Found;
import dev.understudy.registry.search.Search;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Finds models and versions with what people say of them. Thread-safe. */
@ApplicationScoped
public class Listings {
  private final ListingRows rows;
  private final Bundles bundles;

  Listings(ListingRows rows, Bundles bundles) {
    this.rows = rows;
    this.bundles = bundles;
  }

  /** The model of that name. */
  @Transactional
  public ListedModel model(long project, String name) {
    Search search =
        new Search(
            List.of(new Condition(Kind.ATTRIBUTE, "name", Op.EQUAL, List.of(name))),
            List.of(),
            0,
            1);
    return rows.models(project, search).items().stream()
        .findFirst()
        .orElseThrow(() -> Refused.missing("registered model", name));
  }

  /** The version of that number, or its name as text. */
  @Transactional
  public Optional<ListedVersion> version(ListedModel model, int number) {
    return versions(List.of(model.id()), List.of(number)).stream().findFirst();
  }

  /** Every version of these models that has one of these numbers. */
  @Transactional
  public List<ListedVersion> versions(Collection<Long> models, Collection<Integer> numbers) {
    return models.isEmpty() || numbers.isEmpty() ? List.of() : rows.numbered(models, numbers);
  }

  /**
   * The files that the version came with; none of one that was registered with its artefact only.
   */
  @Transactional
  public List<BundleFile> files(ListedVersion version) {
    return bundles.of(version.id());
  }

  /** Models that a search finds. */
  @Transactional
  public Found<ListedModel> searchModels(long project, Search search) {
    return rows.models(project, search);
  }

  /** Versions that a search finds. */
  @Transactional
  public Found<ListedVersion> searchVersions(long project, Search search) {
    return rows.versions(project, search);
  }
}
