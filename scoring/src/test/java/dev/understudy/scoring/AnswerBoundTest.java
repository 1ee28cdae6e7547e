package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerBoundTest {
  private static final int MOST = 16 << 20;
  private static final int REST = 1 << 16;
  private static final TensorSpec P = new TensorSpec("p", Datatype.FP32, List.of(-1L, 4L));

  @Test
  void itIsWhatTheRowsCanTake() {
    assertThat(bound(P).of(2)).isEqualTo(REST + 2 * 4 * 32);
    assertThat(bound(P, new TensorSpec("all", Datatype.INT64, List.of(10L))).of(2))
        .isEqualTo(REST + (2 * 4 + 10) * 32);
  }

  @Test
  void itIsNeverMoreThanTheGeneralOne() {
    assertThat(bound(P).of(Integer.MAX_VALUE)).isEqualTo(MOST);
    assertThat(bound(new TensorSpec("p", Datatype.FP32, List.of(-1L, Long.MAX_VALUE))).of(3))
        .isEqualTo(MOST);
    assertThat(new AnswerBound(List.of(P), List.of(), 100).of(1)).isEqualTo(100);
  }

  @Test
  void whatHasNoSizeOfItsOwnHasTheGeneralOne() {
    assertThat(bound(P, new TensorSpec("text", Datatype.BYTES, List.of(-1L))).of(1))
        .isEqualTo(MOST);
    assertThat(bound(P, new TensorSpec("free", Datatype.FP32, List.of(-1L, -1L))).of(1))
        .isEqualTo(MOST);
  }

  @Test
  void whatTheServerNamesBesideCountsToo() {
    TensorSpec other = new TensorSpec("other", Datatype.FP64, List.of(-1L, 6L));
    TensorSpec freeHere = new TensorSpec("p", Datatype.FP32, List.of(-1L, -1L));

    assertThat(new AnswerBound(List.of(P), List.of(freeHere, other), MOST).of(1))
        .isEqualTo(REST + (4 + 6) * 32);
  }

  private static AnswerBound bound(TensorSpec... outputs) {
    return new AnswerBound(List.of(outputs), List.of(), MOST);
  }
}
