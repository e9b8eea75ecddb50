namespace EosMLNet.Cluster.Grains;

/// <summary>
/// The right to work on an item. An item that is placed again has a higher attempt; who holds a lower one is refused from then on, so that
/// a device that is only slow changes nothing.
/// </summary>
[GenerateSerializer, Immutable]
internal readonly record struct Lease([property: Id(0)] JobStage Stage, [property: Id(1)] int Item, [property: Id(2)] int Attempt);
