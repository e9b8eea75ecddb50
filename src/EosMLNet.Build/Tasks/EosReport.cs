using Microsoft.Build.Framework;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// Logs what the worker found, in the project that is being built: there people look for it, and MSBuild writes that project's name behind
/// each error.
/// </summary>
public sealed class EosReport : Microsoft.Build.Utilities.Task
{
    /// <summary>The items that <see cref="EosSearch"/> has returned.</summary>
    [Required]
    public ITaskItem[] Diagnostics { get; set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        foreach (var diagnostic in Diagnostics)
            Diagnostic.FromItem(diagnostic).LogTo(Log);
        return !Log.HasLoggedErrors;
    }
}
