using EosMLNet.Build.Exchange;

namespace Fuzz.Targets;

/// <summary>What the last build of a model saw. Whatever is not understood is no stamp.</summary>
internal sealed class BuildStampTarget : FuzzTarget
{
    internal override string Reader => "build stamp";

    internal override string FileName => "model.stamp";

    internal override void Read(string folder)
    {
        var stamp = BuildStamp.TryRead(Path.Combine(folder, FileName))
            ?? throw new EosException(EosErrors.FileMissing, "There is no stamp.");
        stamp.Holds("request", out _);
        stamp.ToText();
    }
}
