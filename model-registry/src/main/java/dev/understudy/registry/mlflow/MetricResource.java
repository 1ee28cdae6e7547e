package dev.understudy.registry.mlflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.registry.mlflow.MlflowViews.MetricView;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.run.Metric;
import dev.understudy.registry.run.RunBook;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The history of a run's figures. */
@Path("/api/2.0/mlflow/metrics")
@Produces(MediaType.APPLICATION_JSON)
class MetricResource {
  private static final int MOST = 25_000;

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Answers(List<MetricView> metrics, @Nullable String nextPageToken) {}

  private final MlflowProject project;
  private final RunBook book;

  MetricResource(MlflowProject project, RunBook book) {
    this.project = project;
    this.book = book;
  }

  @GET
  @Path("/get-history")
  public Answers history(@Context UriInfo uri) {
    Fields fields = Fields.of(uri.getQueryParameters());
    int limit = fields.most(MOST, MOST);
    Metric after = fields.text("page_token").map(MetricResource::point).orElse(null);
    List<Metric> points =
        book.history(
            project.key(), RunResource.id(fields), fields.needed("metric_key"), after, limit + 1);
    boolean more = points.size() > limit;
    List<Metric> page = more ? points.subList(0, limit) : points;
    return new Answers(
        page.stream().map(MetricView::of).toList(), more ? token(page.getLast()) : null);
  }

  /** The page after a point goes on where it is, however many were added since. */
  private static String token(Metric last) {
    return "%d,%d,%s".formatted(last.step(), last.atMs(), last.value());
  }

  private static Metric point(String token) {
    String[] parts = token.split(",", -1);
    try {
      if (parts.length == 3) {
        return new Metric(
            "", Double.parseDouble(parts[2]), Long.parseLong(parts[1]), Long.parseLong(parts[0]));
      }
    } catch (NumberFormatException e) {
      // As refused as any other text.
    }
    throw Refused.field("page_token", "'page_token' is none that was given out");
  }
}
