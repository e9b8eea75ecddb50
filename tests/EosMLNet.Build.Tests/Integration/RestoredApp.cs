namespace EosMLNet.Build.Tests.Integration;

/// <summary>A throw-away project that is restored once for all tests of a class; they rewrite its items and build it with <c>--no-restore</c>.</summary>
public sealed class RestoredApp : IDisposable
{
    public RestoredApp()
    {
        App.Write("data/missing-image.tsv", "ImagePath\tQuestion\tAnswer\n9.png\twhat?\tred\n");
        App.Project().Restored();
    }

    internal ThrowAway App { get; } = new();

    public void Dispose() => App.Dispose();
}
