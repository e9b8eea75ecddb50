using EosMLNet.Build.Exchange;
using EosMLNet.Tool.Build;

namespace Fuzz.Targets;

/// <summary>What a build asks of its worker.</summary>
internal sealed class BuildRequestTarget : FuzzTarget
{
    internal override string Reader => "build request";

    internal override string FileName => "request.txt";

    internal override void Read(string folder)
    {
        var request = BuildRequest.Parse(File.ReadAllText(Path.Combine(folder, FileName)));
        request.Fingerprint();
        BuildOptions.Parse(request).Check(hasLatencyTable: false);
    }
}
