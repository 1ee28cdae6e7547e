package dev.understudy.registry.catalog;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/** The rows of the files that versions came with. The database refuses to change them. */
@ApplicationScoped
class Bundles implements PanacheRepository<VersionEntity> {
  void add(long version, List<BundleFile> files) {
    for (BundleFile file : files) {
      getEntityManager()
          .createNativeQuery(
              "insert into version_file (version_id, path, sha256, bytes)"
                  + " values (:version, :path, :sha256, :bytes)")
          .setParameter("version", version)
          .setParameter("path", file.path())
          .setParameter("sha256", file.sha256())
          .setParameter("bytes", file.bytes())
          .executeUpdate();
    }
  }

  List<BundleFile> of(long version) {
    List<BundleFile> files = new ArrayList<>();
    for (Object row :
        getEntityManager()
            .createNativeQuery(
                "select path, sha256, bytes from version_file where version_id = :version"
                    + " order by path")
            .setParameter("version", version)
            .getResultList()) {
      Object[] columns = (Object[]) row;
      files.add(
          new BundleFile(
              (String) columns[0], (String) columns[1], ((Number) columns[2]).longValue()));
    }
    return files;
  }
}
