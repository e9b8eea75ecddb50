namespace Fuzz.Targets;

/// <summary>A table of questions about images.</summary>
internal sealed class TsvTarget : FuzzTarget
{
    internal override string Reader => "table of questions";

    internal override string FileName => "data.tsv";

    internal override void Prepare(string folder)
    {
        foreach (var name in (string[])["a.png", "b.png", "frames/1.png", "frames/2.png"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            File.Copy(Path.Combine(Engine.Corpus.Folder(new PictureTarget()), "grey.png"), Path.Combine(folder, name));
        }
    }

    internal override void Read(string folder)
    {
        var data = VqaDataset.LoadTsv(Path.Combine(folder, FileName), folder, videos: new(FrameSpacing.FirstToLast));
        _ = data.Fingerprint;
    }
}
