package dev.understudy.registry.run;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows of runs' files. */
@ApplicationScoped
class RunFiles implements PanacheRepositoryBase<RunEntity, String> {
  void put(String run, StoredFile file) {
    getEntityManager()
        .createNativeQuery(
            """
            insert into run_file (run_id, path, sha256, bytes) values (:run, :path, :sha256, :bytes)
            on conflict (run_id, path) do update
            set sha256 = excluded.sha256, bytes = excluded.bytes
            """)
        .setParameter("run", run)
        .setParameter("path", file.path())
        .setParameter("sha256", file.sha256())
        .setParameter("bytes", file.bytes())
        .executeUpdate();
  }

  long count(String run) {
    return ((Number)
            getEntityManager()
                .createNativeQuery("select count(*) from run_file where run_id = :run")
                .setParameter("run", run)
                .getSingleResult())
        .longValue();
  }

  Optional<StoredFile> at(String run, String path) {
    return files("run_id = :run and path = :from and path <> :to", run, path, "").stream()
        .findFirst();
  }

  /** All below a folder, by path; the empty folder is the run itself. */
  List<StoredFile> below(String run, String folder) {
    // In the order of bytes the digit 0 follows the slash.
    return folder.isEmpty()
        ? files("run_id = :run and path > :from and path <> :to", run, "", "")
        : files("run_id = :run and path > :from and path < :to", run, folder + "/", folder + "0");
  }

  private List<StoredFile> files(String where, String run, String from, String to) {
    List<StoredFile> files = new ArrayList<>();
    for (Object row :
        getEntityManager()
            .createNativeQuery(
                "select path, sha256, bytes from run_file where %s order by path".formatted(where))
            .setParameter("run", run)
            .setParameter("from", from)
            .setParameter("to", to)
            .getResultList()) {
      Object[] columns = (Object[]) row;
      files.add(
          new StoredFile(
              (String) columns[0], (String) columns[1], ((Number) columns[2]).longValue()));
    }
    return files;
  }
}
