namespace EosMLNet.Execution;

/// <summary>The way of a batch's tokens through the decoder: the one order in which a plan and a search run layers and sites.</summary>
internal static class DecoderWalk
{
    /// <summary>
    /// Runs layers, and in front of each its sites, in the plan's order. A layer is told which sites stand behind it, for they may have to
    /// see it.
    /// </summary>
    /// <param name="first">The first layer.</param>
    /// <param name="end">The layer behind the last one.</param>
    /// <param name="sites">The sites in front of each layer.</param>
    /// <param name="reduce">Applies a site.</param>
    /// <param name="runLayer">Runs a layer, given the sites behind it.</param>
    internal static void Run<TSite>(
        int first, int end, ILookup<int, TSite> sites, Action<TSite> reduce, Action<int, IEnumerable<TSite>> runLayer)
    {
        for (var layer = first; layer < end; layer++)
        {
            foreach (var site in sites[layer])
                reduce(site);
            runLayer(layer, sites[layer + 1]);
        }
    }
}
