namespace EosMLNet.Tool.CommandLine;

/// <summary>Tables of questions, as commands read them.</summary>
internal static class QuestionTable
{
    /// <summary>Reads a table and its images, and tells how much there is.</summary>
    /// <param name="console">Where it is told.</param>
    /// <param name="table">The table.</param>
    /// <param name="images">The folder that its image paths start from.</param>
    /// <param name="videos">Which frames of videos are read; null where there may be none.</param>
    /// <param name="answers">Whether there are answers.</param>
    internal static VqaDataset LoadData(
        this EosConsole console, string table, string images, FrameSampling? videos, bool answers = true)
    {
        var data = console.While($"Reading {Path.GetFileName(table)} and its images",
            () => VqaDataset.LoadTsv(table, images, answers, videos));
        console.Line($"Data {table}: {data.Examples.Count} questions about {data.Images.Count} images");
        console.PrintNotes(data.Notes);
        return data;
    }

    internal static void PrintNotes(this EosConsole console, IEnumerable<string> notes)
    {
        foreach (var note in notes)
            console.Line($"Note: {note}");
    }

    /// <summary>Which frames of videos a model sees; null where it takes none. Its weights are not read.</summary>
    internal static FrameSampling? Sampling(string modelFolder) =>
        ModelConfig.Load(modelFolder).LoadImages(modelFolder, PaddingChoice.Default, []).Sampling;
}
