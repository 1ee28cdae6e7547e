package dev.understudy.registry.mlflow;

import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.mlflow.MlflowViews.FileView;
import dev.understudy.registry.problem.Refused;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What runs upload and versions hold, byte by byte. */
@Path("/api/2.0/mlflow-artifacts/artifacts")
class MlflowArtifactResource {
  record Answers(List<FileView> files) {}

  private final MlflowFiles files;

  MlflowArtifactResource(MlflowFiles files) {
    this.files = files;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Answers list(@Context UriInfo uri) {
    String path = Fields.of(uri.getQueryParameters()).needed("path");
    return new Answers(files.list(ArtefactPath.of("path", path)));
  }

  @GET
  @Path("/{path: .+}")
  @Produces(MediaType.APPLICATION_OCTET_STREAM)
  public Response get(@PathParam("path") String path) {
    java.nio.file.Path file = files.read(ArtefactPath.of("path", path));
    return Response.ok(file.toFile())
        .type(MediaType.APPLICATION_OCTET_STREAM)
        .header("X-Content-Type-Options", "nosniff")
        .build();
  }

  /** Clients guess the type by the name; the bytes are kept as they come, whatever it is. */
  @PUT
  @Path("/{path: .+}")
  @Consumes(MediaType.WILDCARD)
  @Produces(MediaType.APPLICATION_JSON)
  public Map<String, String> put(@PathParam("path") String path, @Nullable InputStream content)
      throws IOException {
    files.put(
        ArtefactPath.of("path", path), content == null ? InputStream.nullInputStream() : content);
    return Map.of();
  }

  @DELETE
  @Path("/{path: .+}")
  @Produces(MediaType.APPLICATION_JSON)
  public Map<String, String> delete(@PathParam("path") String path) {
    ArtefactPath.of("path", path);
    throw Refused.of(
        ProblemType.CONFLICT, "what a run uploaded stays; upload it again to replace it");
  }
}
