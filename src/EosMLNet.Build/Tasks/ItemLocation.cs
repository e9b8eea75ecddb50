using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Microsoft.Build.Framework;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// Where an item stands in its project file. MSBuild remembers the file only; the line is looked up where the item is written out.
/// </summary>
internal sealed class ItemLocation
{
    private ItemLocation(string file, int line, int column) => (File, Line, Column) = (file, line, column);

    internal string File { get; }
    internal int Line { get; }
    internal int Column { get; }

    /// <summary>The location; line 0 where the item is made by an expression or a target.</summary>
    internal static ItemLocation Of(ITaskItem item, string projectFile)
    {
        var file = item.GetMetadata("DefiningProjectFullPath");
        if (file.Length == 0)
            file = projectFile;
        try
        {
            var elements = XDocument.Load(file, LoadOptions.SetLineInfo).Descendants()
                .Where(element => element.Name.LocalName == "EosModel" && element.Attribute("Include") is not null).ToList();
            var element = elements.FirstOrDefault(e => Same(e.Attribute("Include")!.Value, item.ItemSpec))
                ?? (elements.Count == 1 ? elements[0] : null);
            return element is IXmlLineInfo place ? new ItemLocation(file, place.LineNumber, Math.Max(1, place.LinePosition - 1))
                : new ItemLocation(file, 0, 0);
        }
        catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException)
        {
            return new ItemLocation(file, 0, 0);
        }
    }

    /// <summary>The beginning of a canonical message: <c>App.csproj(12,5)</c>.</summary>
    public override string ToString() => Line == 0 ? File : string.Format(CultureInfo.InvariantCulture, "{0}({1},{2})", File, Line, Column);

    private static bool Same(string written, string evaluated) => Plain(Uri.UnescapeDataString(written)) == Plain(evaluated);

    private static string Plain(string path) => path.Replace('\\', '/').TrimEnd('/');
}
