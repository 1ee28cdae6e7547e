package dev.understudy.collector.outcome;

import dev.understudy.collector.config.CollectorConfig;
import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.v1.OutcomeObserved;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Takes what turned out to be true. A batch is checked as a whole before any of it is written, and
 * accepted when the broker has all of it.
 */
@Path("/v1/outcomes")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "outcomes")
@APIResponse(responseCode = "202", description = "All outcomes are in the log")
@APIResponse(responseCode = "400", description = "A row or field is wrong; nothing was written")
@APIResponse(responseCode = "413", description = "Too many outcomes or bytes; nothing was written")
@APIResponse(responseCode = "503", description = "Kafka did not acknowledge; send the batch again")
public class OutcomeResource {
  private static final String TEXT_CSV = "text/csv";

  private final CollectorConfig.Outcomes limits;
  private final OutcomeSender sender;

  /** How many outcomes were accepted. */
  public record Accepted(int accepted) {}

  OutcomeResource(CollectorConfig config, OutcomeSender sender) {
    this.limits = config.outcomes();
    this.sender = sender;
  }

  /** A batch as JSON. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Report outcomes as JSON")
  @RequestBody(
      content =
          @Content(
              schema = @Schema(type = SchemaType.OBJECT),
              examples =
                  @ExampleObject(
                      name = "one outcome",
                      value =
                          """
                          {"outcomes": [{"prediction_id": "0190a3c4-8e5f-7b1a-9c3d-2f4e6a8b0c1d", \
                          "name": "status", "value": "good"}]}""")))
  public Response json(InputStream body) {
    return accept(JsonBatch.read(bounded(body), limits.maxBatch()));
  }

  /** A batch as CSV with a header line. */
  @POST
  @Consumes(TEXT_CSV)
  @Operation(summary = "Report outcomes as CSV with a header line")
  @RequestBody(
      content =
          @Content(
              schema = @Schema(type = SchemaType.STRING),
              examples =
                  @ExampleObject(
                      name = "one outcome",
                      value =
                          """
                          prediction_id,name,value
                          0190a3c4-8e5f-7b1a-9c3d-2f4e6a8b0c1d,status,good
                          """)))
  public Response csv(InputStream body) {
    return accept(CsvBatch.read(bounded(body), limits.maxBatch()));
  }

  private Response accept(List<OutcomeObserved> outcomes) {
    sender.send(outcomes);
    return Response.accepted(new Accepted(outcomes.size())).build();
  }

  private byte[] bounded(InputStream body) {
    int most = limits.maxBodyBytes();
    byte[] bytes;
    try {
      bytes = body.readNBytes(most + 1);
    } catch (IOException e) {
      throw OutcomeProblem.of(ProblemType.INVALID_REQUEST, "the body could not be read");
    }
    if (bytes.length > most) {
      throw OutcomeProblem.of(
          ProblemType.TOO_LARGE,
          "the body has more than %d bytes: send it in parts".formatted(most));
    }
    return bytes;
  }
}
