namespace EosMLNet.Cluster.Tests;

/// <summary>One silo that works.</summary>
[CollectionDefinition(nameof(WorkingCluster))]
public sealed class WorkingCluster() : SharedCluster(works: true), ICollectionFixture<WorkingCluster>;
