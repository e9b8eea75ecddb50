using EosMLNet.Build.Exchange;
using EosMLNet.Tool.Build;

namespace EosMLNet.Tool.Tests.Build;

/// <summary>The order of the places, by taking away one after another.</summary>
public sealed class LibTorchFinderTests : IDisposable
{
    private static readonly string Library = OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
    private static readonly string Rid = OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(true, true, true, "property", "the property EosLibTorchPath")]
    [InlineData(false, true, true, "variable", "the environment variable EOS_LIBTORCH")]
    [InlineData(false, false, true, "natives", "the project's own packages")]
    public void The_first_place_that_is_named_is_taken(bool property, bool variable, bool natives, string expected, string found) =>
        Assert.Equal((folder[expected], found), Find(property, variable, natives));

    [Fact]
    public void Then_NuGet_s_folder()
    {
        var package = Path.Combine("packages", $"libtorch-cpu-{Rid}", "2.10.0", "runtimes", Rid, "native");
        Place(package);
        Assert.Equal((folder[package], "NuGet's folder"), Find(false, false, false));
    }

    private (string?, string) Find(bool property, bool variable, bool natives)
    {
        var request = new BuildRequest();
        request.Add(BuildRequest.NuGetRoot, folder["packages"]);
        request.Add(BuildRequest.Natives, folder["a folder without it"]);
        if (property)
            request.Add(BuildRequest.LibTorch, folder["property"]);
        if (natives)
            request.Add(BuildRequest.Natives, Place("natives"));
        return new LibTorchFinder(request, name => variable && name == "EOS_LIBTORCH" ? folder["variable"] : null).Find();
    }

    private string Place(string name)
    {
        Directory.CreateDirectory(folder[name]);
        File.WriteAllText(Path.Combine(folder[name], Library), "");
        return folder[name];
    }

    public void Dispose() => folder.Dispose();
}
