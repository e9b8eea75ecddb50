using System.Collections;
using System.Xml.Linq;
using Microsoft.Build.Framework;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// The line that the terminal logger keeps for what runs. A task cannot write into it: it shows the name of the project and of the target that was started last. So each text is a target of that
/// name, without any work, in a file of its own that the model's project imports.
/// </summary>
/// <param name="engine">The task's engine.</param>
/// <param name="project">The model's project.</param>
/// <param name="folder">Where the files go, beside the project; its name begins with <c>~</c>. Whoever made it removes it.</param>
internal sealed class LiveLine(IBuildEngine3 engine, string project, string folder)
{
    // Two blanks, the project's name, a blank, the text, a blank, the time: what does not fit is left out by the logger as a whole.
    private const int Columns = 80, Around = 2 + 1 + 1 + 9;
    private const string Forbidden = "$@()%*?.;"; // in the name of a target

    private int shown;
    private bool broken;

    /// <summary>Shows a text, while the task has its node or has yielded it.</summary>
    internal void Show(string text)
    {
        if (broken)
            return;
        var name = Name(text, Path.GetFileNameWithoutExtension(project).Length);
        var file = Path.Combine(folder, $"{++shown}.targets");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(file, new XElement("Project", new XElement("Target", new XAttribute("Name", name))).ToString());
            engine.Reacquire();
            try
            {
                var properties = new Hashtable { ["EosLiveLine"] = $"{Path.GetFileName(folder)}/{Path.GetFileName(file)}" };
                broken = !engine.BuildProjectFile(project, [name], properties, new Hashtable());
            }
            finally
            {
                engine.Yield();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            broken = true; // a search goes on without it
        }
    }

    /// <summary>The text as the name of a target that fits beside the project's: "38 percent, step 36 of 300, 2 min left".</summary>
    internal static string Name(string text, int projectLength)
    {
        var name = string.Concat(text.Replace(" %", " percent").Select(c => Forbidden.IndexOf(c) >= 0 || char.IsControl(c) ? ' ' : c)).Trim();
        var room = Math.Max(10, Columns - Around - projectLength);
        return name.Length <= room ? name : name.Substring(0, room).TrimEnd();
    }
}
