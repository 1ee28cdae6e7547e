package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ColumnTest {
  @Test
  void samplesDifferAsFarAsTheColumnLetsThem() {
    assertThat(integers(column(Datatype.INT64, OptionalDouble.empty(), OptionalDouble.empty())))
        .containsExactly(0L, 1L, 0L);
    assertThat(integers(column(Datatype.UINT8, OptionalDouble.of(5), OptionalDouble.of(6))))
        .containsExactly(5L, 6L, 5L);
    assertThat(integers(column(Datatype.INT64, OptionalDouble.of(-9), OptionalDouble.of(-3))))
        .containsExactly(-3L, -4L, -3L);
    assertThat(integers(column(Datatype.BOOL, OptionalDouble.empty(), OptionalDouble.empty())))
        .containsExactly(0L, 1L, 0L);
    Column text = Column.category("x", false, "own", "rent");
    assertThat(IntStream.range(0, 3).mapToObj(i -> text.sample(i).text(0)))
        .containsExactly("own", "rent", "own");
  }

  private static List<Long> integers(Column column) {
    return IntStream.range(0, 3).mapToObj(i -> column.sample(i).integer(0)).toList();
  }

  private static Column column(Datatype datatype, OptionalDouble minimum, OptionalDouble maximum) {
    return new Column("x", datatype, List.of(-1L), false, false, List.of(), minimum, maximum);
  }
}
