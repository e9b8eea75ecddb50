using System.Xml;
using System.Xml.Linq;
using EosMLNet.Build.Exchange;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// The project that runs one model's worker, written beside the artifact. Its name is what the terminal shows meanwhile, and it says whose
/// the artifact is: two projects that were given one folder do not take each other's.
/// </summary>
internal static class ModelProject
{
    private const string Owner = "EosProjectFile";
    private const int LongestName = 20;
    private const string Live = "live.targets"; // the worker's project imports it from beside the model's

    /// <summary>Where the project of an artifact is.</summary>
    internal static string PathFor(string output)
    {
        var name = Path.GetFileNameWithoutExtension(output);
        name = string.Concat(name.Take(LongestName).Select(c => char.IsLetterOrDigit(c) || c is '_' or '-' or ' ' ? c : '_')).Trim();
        return Path.Combine(Path.GetDirectoryName(output)!, $"{(name.Length > 0 ? name : "model")}.proj");
    }

    /// <summary>The other project whose artifact this is; null where there is none, or where that project is gone.</summary>
    internal static string? OtherOwner(string output, string projectFile)
    {
        var file = PathFor(output);
        try
        {
            var relative = File.Exists(file) ? XDocument.Parse(File.ReadAllText(file)).Descendants(Owner).FirstOrDefault()?.Value ?? ""
                : "";
            if (relative.Length == 0 || relative == Relative(file, projectFile))
                return null;
            var owner = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, relative));
            return File.Exists(owner) ? owner : null;
        }
        catch (Exception e) when (e is XmlException or ArgumentException)
        {
            return null; // it is written anew
        }
    }

    /// <summary>Writes the project where it is not there yet, or is another version's.</summary>
    /// <param name="output">The artifact.</param>
    /// <param name="projectFile">The project whose artifact it is.</param>
    /// <param name="worker">What runs the worker.</param>
    /// <param name="live">Whether a terminal shows <see cref="LiveTargets"/>.</param>
    /// <returns>Its path.</returns>
    internal static string Write(string output, string projectFile, string worker, bool live)
    {
        var file = PathFor(output);
        var text = new XElement("Project", new XAttribute("DefaultTargets", "Run"),
            new XComment(" Made by EosMLNet.Build: it runs the worker for one model. "),
            new XElement("PropertyGroup", new XElement(Owner, Relative(file, projectFile))),
            new XElement("Import", new XAttribute("Project", SafePropertyValue.Escape(worker)))).ToString();
        Write(file, text);
        if (live)
        {
            var targets = LiveTargets.All().Select(name => new XElement("Target", new XAttribute("Name", name)));
            Write(Path.Combine(Path.GetDirectoryName(file)!, Live), new XElement("Project", targets).ToString());
        }
        return file;
    }

    private static void Write(string file, string text)
    {
        if (File.Exists(file) && File.ReadAllText(file) == text)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = $"{file}.{Guid.NewGuid():N}";
        File.WriteAllText(temporary, text);
        try
        {
            if (File.Exists(file))
                File.Replace(temporary, file, null);
            else
                File.Move(temporary, file);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(temporary); // another build has written it meanwhile
        }
    }

    // So that a tree may be moved as a whole.
    private static string Relative(string file, string projectFile)
    {
        char[] separators = ['/', '\\'];
        var (from, to) = (Path.GetDirectoryName(file)!.Split(separators), projectFile.Split(separators));
        var same = 0;
        while (same < Math.Min(from.Length, to.Length - 1) && from[same] == to[same])
            same++;
        return string.Join("/", Enumerable.Repeat("..", from.Length - same).Concat(to.Skip(same)));
    }
}
