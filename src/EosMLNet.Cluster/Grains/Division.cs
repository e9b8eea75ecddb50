namespace EosMLNet.Cluster.Grains;

/// <summary>What dividing a table has found.</summary>
[GenerateSerializer, Immutable]
internal readonly record struct Division([property: Id(0)] int Parts, [property: Id(1)] long Rows);
