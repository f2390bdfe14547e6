using Portal.Testing.Clusters;
using Portal.Testing.Databases;

[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(EmbeddedCluster))]
