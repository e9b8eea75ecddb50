namespace EosMLNet.Cluster.Tests;

/// <summary>A cluster that the tests of several classes use one after another: starting one takes longer than most of them.</summary>
public abstract class SharedCluster(bool works) : IAsyncLifetime
{
    private SmallCluster? cluster;

    internal TinyModel Tiny { get; } = new();

    internal string Folder => Path.GetDirectoryName(Tiny.Model)!;

    internal SmallCluster Cluster => cluster!;

    public async Task InitializeAsync() => cluster = await SmallCluster.StartAsync(Folder, works: works);

    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Tiny.Dispose();
    }
}
