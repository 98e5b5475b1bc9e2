"""The task `define_asu_contents`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from xtalflow.data import CContainer, CInt, CList, Finding
from xtalflow.errors import InvalidInput
from xtalflow.plugin import CPluginScript, Fixed, Unsatisfactory
from xtalflow.xtal import (
    LEAST_SOLVENT,
    MAX_COPIES,
    MOST_SOLVENT,
    AsuSequence,
    CAsuContentPerformance,
    CAsuDataFile,
    CMtzDataFile,
    CPdbDataFile,
    Crystal,
    CSeqDataFile,
    crystal_of_reflections,
    packings,
    read_reflections,
    read_sequences,
    sequence_weight,
    sequences_of_model,
    write_asu_contents,
)

from .._files import path_of, report_selection
from .._findings import Findings


class DefineAsuContents(CPluginScript):
    """Say which sequences the asymmetric unit holds and how many copies of each, and whether the crystal has room."""

    TASKNAME, TASKTITLE, TASKVERSION = "define_asu_contents", "Define AU contents", "1.0"
    CATEGORY = "data_entry"

    class Inputs(CContainer):
        SEQIN = CList(
            CSeqDataFile(mustExist=True, guiLabel="Sequence", toolTip="FASTA, PIR or plain letters"),
            guiLabel="Sequences",
            toolTip="Files of sequences; NCOPIES says how many copies of each there are",
        )
        XYZIN = CPdbDataFile(
            mustExist=True,
            ifAtomSelection=True,
            guiLabel="Model",
            toolTip="Its sequences, as often as it has chains of each, are taken too",
        )
        ASUCONTENTIN = CAsuDataFile(
            mustExist=True, guiLabel="AU contents to add to", toolTip="Its selected sequences are taken too"
        )
        HKLIN = CMtzDataFile(
            mustExist=True, guiLabel="Reflections", toolTip="For the solvent content: cell and space group count"
        )

    class Controls(CContainer):
        NCOPIES = CList(
            CInt(default=1, min=0, max=MAX_COPIES, guiLabel="Copies", toolTip="Copies in the asymmetric unit"),
            guiLabel="Numbers of copies",
            toolTip="One for each file of SEQIN in order; 1 where none is given",
        )

    class Outputs(CContainer):
        ASUCONTENTFILE = CAsuDataFile(guiLabel="AU contents", toolTip="Sequences and copies, as CCP4i2 keeps them")
        PERFORMANCE = CAsuContentPerformance(guiLabel="Contents", toolTip="Weight in Da, and with HKLIN the solvent")

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: files must be readable, each sequence have a name of its own, and each number of copies a file."""
        findings, inputs = Findings(super().validate()), self.inputData
        numbers, files = self.controlParameters.NCOPIES, inputs.SEQIN
        if len(numbers) > len(files):
            findings.add(numbers, f"there are {len(numbers)} numbers of copies for {len(files)} files in SEQIN")
        if findings.path_of(inputs.HKLIN):
            with findings.of(inputs.HKLIN):
                self._crystal()
        if not any(inputs[name].isSet() for name in ("SEQIN", "XYZIN", "ASUCONTENTIN")):
            findings.add(files, "no sequence is given, neither here nor in XYZIN or ASUCONTENTIN")
        elif not findings:
            with findings.of(files):
                _check_names(list(self._sequences()))
        return findings

    async def run(self) -> None:
        """Gather the sequences, write them, and see how they fill the crystal."""
        await asyncio.to_thread(self._define)

    def _define(self) -> None:
        contents = list(self._sequences())
        report_selection(self.report, self.inputData.XYZIN)
        output = self.outputData.ASUCONTENTFILE
        context = self.context
        header = {
            "pluginName": self.TASKNAME,
            "projectName": context.project_name,
            "projectId": context.project.hex,
            "jobId": context.job.hex,
            "jobNumber": context.number,
        }
        write_asu_contents(contents, path_of(output), header)
        output.annotation = ", ".join(f"{one.copies} × {one.name}" for one in contents)
        self._report(contents)
        if self.inputData.HKLIN.isSet():
            self._report_solvent(contents)

    def _sequences(self) -> Iterator[AsuSequence]:
        """What is given, in the order of the parameters."""
        inputs, numbers = self.inputData, list(self.controlParameters.NCOPIES)
        for place, file in enumerate(inputs.SEQIN):
            copies = int(numbers[place]) if place < len(numbers) else 1
            for record in read_sequences(path_of(file)):
                yield AsuSequence(
                    name=record.name,
                    sequence=record.sequence,
                    kind=record.kind,
                    copies=copies,
                    description=record.description,
                    source=path_of(file).as_posix(),
                )
        if inputs.XYZIN.isSet():
            for one in sequences_of_model(inputs.XYZIN.selected()):
                yield AsuSequence(
                    name=one.name,
                    sequence=one.sequence,
                    kind=one.kind,
                    copies=len(one.chains),
                    description=one.description,
                )
        if inputs.ASUCONTENTIN.isSet():
            yield from inputs.ASUCONTENTIN.selected_sequences()

    def _crystal(self) -> Crystal:
        return crystal_of_reflections(read_reflections(path_of(self.inputData.HKLIN)))

    def _report(self, contents: list[AsuSequence]) -> None:
        weights = [sequence_weight(one.sequence, one.kind) for one in contents]
        total = sum(one.copies * weight for one, weight in zip(contents, weights, strict=True))
        self.outputData.PERFORMANCE.weight = total
        section = self.report.section("Contents")
        section.table(
            "Sequences",
            ["Name", "Type", "Residues", "Weight (Da)", "Copies"],
            [
                [one.name, str(one.kind), len(one.sequence), round(weight), one.copies]
                for one, weight in zip(contents, weights, strict=True)
            ],
        )
        section.figures({"Weight (Da)": round(total)}, {"Weight (Da)": "of all copies in the asymmetric unit"})
        section.files({"AU contents": "ASUCONTENTFILE"})

    def _report_solvent(self, contents: list[AsuSequence]) -> None:
        section, found = self.report.section("Solvent"), list(packings(self._crystal(), contents))
        if not found:
            section.text("There are no copies, so nothing fills the crystal.")
            return
        once = found[0]
        performance = self.outputData.PERFORMANCE
        performance.matthews, performance.solvent = once.matthews, once.solvent
        section.figures(
            {"Matthews coefficient (Å³/Da)": Fixed(once.matthews, 2), "Solvent (%)": Fixed(once.solvent, 1)},
            {"Solvent (%)": "by partial specific volumes of 0.74 cm³/g for protein and 0.50 for nucleic acids"},
        )
        section.table(
            "More copies",
            ["Times these contents", "Matthews coefficient (Å³/Da)", "Solvent (%)"],
            [[one.times, Fixed(one.matthews, 2), Fixed(one.solvent, 1)] for one in found],
        )
        if once.solvent <= 0.0:
            raise Unsatisfactory(
                f"the contents are too many for the crystal: {-once.solvent:.0f} % more than fills it; give fewer "
                f"copies{_hint_of_repeats(contents)}"
            )
        if not LEAST_SOLVENT <= once.solvent <= MOST_SOLVENT:
            few = f"few crystals have less than {LEAST_SOLVENT:.0f} or more than {MOST_SOLVENT:.0f} %"
            self.warn(f"{once.solvent:.1f} % of the crystal would be solvent; {few}.", section=section)


def _hint_of_repeats(contents: list[AsuSequence]) -> str:
    """The sequences that are given more than once, as by a file and by the model."""
    names: dict[str, list[str]] = {}
    for one in contents:
        names.setdefault(one.sequence, []).append(one.name)
    repeated = [" and ".join(each) for each in names.values() if len(each) > 1]
    return f" ({'; '.join(repeated)} are the same sequence)" if repeated else ""


def _check_names(contents: list[AsuSequence]) -> None:
    """Refuse two sequences of one name, and more copies than the file can keep."""
    if not contents:
        raise InvalidInput("there is no polymer in the model")
    seen: set[str] = set()
    for one in contents:
        if one.name in seen:
            raise InvalidInput(f"two sequences are called {one.name!r}; each needs a name of its own")
        seen.add(one.name)
        if one.copies > MAX_COPIES:
            raise InvalidInput(f"{one.copies} copies of {one.name!r} are more than the {MAX_COPIES} that can be kept")
