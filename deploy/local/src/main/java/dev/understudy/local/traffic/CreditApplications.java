package dev.understudy.local.traffic;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.training.data.CreditColumn;
import dev.understudy.training.data.CreditRow;
import java.util.List;

/** Rows of the data as requests: raw columns, text and nulls as a client has them. */
public final class CreditApplications {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CreditApplications() {}

  /** One request for each row. */
  public static List<Application> of(List<CreditRow> rows) {
    return rows.stream().map(row -> new Application(body(row).toString(), row.status())).toList();
  }

  private static ObjectNode body(CreditRow row) {
    ObjectNode body = JSON.createObjectNode();
    body.put("id", "application-" + row.id());
    ArrayNode inputs = body.putArray("inputs");
    for (CreditColumn column : CreditColumn.values()) {
      ObjectNode input = inputs.addObject();
      input.put("name", column.columnName());
      input.putArray("shape").add(1);
      input.put("datatype", column.isCategory() ? "BYTES" : "FP32");
      ArrayNode data = input.putArray("data");
      if (column.isCategory()) {
        data.add(row.category(column).orElse(null));
      } else if (row.number(column).isPresent()) {
        data.add(row.number(column).getAsDouble());
      } else {
        data.addNull();
      }
    }
    return body;
  }
}
