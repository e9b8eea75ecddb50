using Microsoft.Extensions.Options;

namespace EosMLNet.Cluster.Storage;

/// <summary>The folder that all machines share, as this one sees it.</summary>
internal sealed class SharedFolder(IOptions<EosSiloOptions> options)
{
    private const string Jobs = "jobs", NameFile = "eos-cluster.id";
    private readonly string root = Path.GetFullPath(options.Value.SharedFolder);

    /// <summary>A job's folder, from the shared folder on.</summary>
    internal static string PathOf(string job) => $"{Jobs}/{job}";

    /// <summary>A job's folder.</summary>
    /// <exception cref="EosException">EOS1018: no job can have this name.</exception>
    internal JobFolder Of(string job)
    {
        JobId.Check(job);
        return new(Path.Combine(root, Jobs, job));
    }

    /// <summary>A file or folder of a job's inputs.</summary>
    /// <exception cref="EosException">EOS1013: the path leads out of the shared folder.</exception>
    internal string Resolve(string path) => InsideFolder.Resolve(root, path) ?? throw new EosException(EosErrors.InvalidOption,
        $"'{path}' is empty or leads out of the shared folder; expected a path inside it, which all machines see.");

    /// <summary>Looks whether all that a job reads is there.</summary>
    /// <exception cref="EosException">EOS1001: a file or folder is missing. EOS1013: a path leads out of the shared folder.</exception>
    internal void CheckInputs(ClusterJob job)
    {
        foreach (var (setting, path, isFolder) in job.Inputs)
        {
            var full = Resolve(path);
            if (!(isFolder ? Directory.Exists(full) : File.Exists(full)))
                throw new EosException(EosErrors.FileMissing,
                    $"The shared folder has no {(isFolder ? "folder" : "file")} '{path}', which the job names as {setting}. Paths start " +
                    "from the shared folder; copy it there.");
        }
    }

    /// <summary>The folder's own name, which lies in it: the first silo makes it up. Silos with other names have another folder.</summary>
    /// <exception cref="EosException">EOS2003: the folder cannot be written.</exception>
    internal string Name()
    {
        var file = Path.Combine(root, NameFile);
        var mine = $"{file}.{Guid.NewGuid():N}.tmp";
        try
        {
            if (!File.Exists(file))
            {
                File.WriteAllText(mine, $"{Guid.NewGuid():N}");
                try
                {
                    File.Move(mine, file, overwrite: false);
                }
                catch (IOException) when (File.Exists(file)) // another silo was first
                {
                    File.Delete(mine);
                }
            }
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.CannotWrite,
                $"The shared folder '{root}' cannot be written: {e.Message} Check that the silo may write there.", e);
        }
    }

    /// <summary>A text without the place of the folder on this machine.</summary>
    internal string Relative(string text) => text.Replace(root + Path.DirectorySeparatorChar, "").Replace(root, ".");
}
