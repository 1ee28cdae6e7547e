package dev.understudy.registry.catalog;

import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Page;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Projects. */
@Path("/v1/projects")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class ProjectResource {
  record NewProject(@Nullable String name) {}

  record ProjectView(String name, Instant createdAt) {
    static ProjectView of(ProjectEntity row) {
      return new ProjectView(row.name, row.createdAt);
    }
  }

  private final Catalog catalog;

  ProjectResource(Catalog catalog) {
    this.catalog = catalog;
  }

  @POST
  public Response create(@Nullable NewProject request) {
    String name = Checks.name("name", Checks.present("body", request).name());
    ProjectView project = ProjectView.of(catalog.addProject(name));
    return Response.created(URI.create("/v1/projects/" + name)).entity(project).build();
  }

  @GET
  public Page<ProjectView> list(
      @QueryParam("after") @DefaultValue("") String after,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    return new Page<>(
        catalog.projectsAfter(after, Page.limit(limit)).stream().map(ProjectView::of).toList());
  }

  @GET
  @Path("/{project}")
  public ProjectView get(@PathParam("project") String project) {
    return ProjectView.of(catalog.project(project));
  }
}
