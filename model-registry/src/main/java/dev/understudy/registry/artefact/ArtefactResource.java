package dev.understudy.registry.artefact;

import dev.understudy.registry.problem.Refused;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Map;

/** Artefacts in and out, by digest. */
@Path("/v1/artefacts/{sha256}")
class ArtefactResource {
  private final ArtefactStore store;

  ArtefactResource(ArtefactStore store) {
    this.store = store;
  }

  @PUT
  @Consumes(MediaType.APPLICATION_OCTET_STREAM)
  @Produces(MediaType.APPLICATION_JSON)
  public Response put(@PathParam("sha256") String sha256, InputStream content) throws IOException {
    boolean isNew = store.put(sha256, content);
    return Response.status(isNew ? 201 : 200).entity(Map.of("sha256", sha256)).build();
  }

  @GET
  @Produces(MediaType.APPLICATION_OCTET_STREAM)
  public Response get(@PathParam("sha256") String sha256) {
    java.nio.file.Path file = find(sha256);
    return described(Response.ok(file.toFile()), sha256).build();
  }

  @HEAD
  public Response head(@PathParam("sha256") String sha256) throws IOException {
    java.nio.file.Path file = find(sha256);
    return described(Response.ok(), sha256).header("Content-Length", Files.size(file)).build();
  }

  private java.nio.file.Path find(String sha256) {
    return store.find(sha256).orElseThrow(() -> Refused.missing("artefact", sha256));
  }

  private static Response.ResponseBuilder described(
      Response.ResponseBuilder answer, String sha256) {
    return answer
        .tag(sha256)
        .header("Cache-Control", "public, max-age=31536000, immutable")
        .type(MediaType.APPLICATION_OCTET_STREAM);
  }
}
