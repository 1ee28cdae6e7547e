package dev.understudy.registry.mlflow;

import dev.understudy.registry.mlflow.MlflowViews.FileView;
import dev.understudy.registry.run.Run;
import dev.understudy.registry.run.RunBook;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;

/** The files of a run, by their paths in it. */
@Path("/api/2.0/mlflow/artifacts")
@Produces(MediaType.APPLICATION_JSON)
class ArtifactListResource {
  record Answers(String rootUri, List<FileView> files) {}

  private final MlflowProject project;
  private final MlflowFiles files;
  private final RunBook book;

  ArtifactListResource(MlflowProject project, MlflowFiles files, RunBook book) {
    this.project = project;
    this.files = files;
    this.book = book;
  }

  @GET
  @Path("/list")
  public Answers list(@Context UriInfo uri) {
    Fields fields = Fields.of(uri.getQueryParameters());
    Run run = book.get(project.key(), RunResource.id(fields));
    String folder = ArtefactPath.below("path", fields.text("path"));
    String before = folder.isEmpty() ? "" : folder + "/";
    List<FileView> found =
        files.list(new ArtefactPath.OfRun(run.id(), folder)).stream()
            .map(one -> new FileView(before + one.path(), one.isDir(), one.fileSize()))
            .toList();
    return new Answers(MlflowViews.uri(run), found);
  }
}
