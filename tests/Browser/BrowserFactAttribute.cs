namespace EosMLNet.Tests.Browser;

/// <summary>A test with a real browser, where Chromium is installed.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium is null ? "chromium is in no folder of the PATH." : null;

    /// <summary>The browser; null where it is not installed.</summary>
    internal static string? Chromium { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}
