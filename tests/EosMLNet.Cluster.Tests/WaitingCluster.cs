namespace EosMLNet.Cluster.Tests;

/// <summary>One silo without devices, whose place a test takes.</summary>
[CollectionDefinition(nameof(WaitingCluster))]
public sealed class WaitingCluster() : SharedCluster(works: false), ICollectionFixture<WaitingCluster>;
