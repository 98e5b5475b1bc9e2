"""What is known of the programs that jobs run: where they live, and the papers to cite for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An article to cite."""

    doi: str
    title: str
    authors: tuple[str, ...]
    journal: str
    year: int

    @property
    def url(self) -> str:
        """Where the DOI leads."""
        return f"https://doi.org/{self.doi}"

    @property
    def sentence(self) -> str:
        """Authors, journal and year, as a list of references has them."""
        return f"{', '.join(self.authors)} ({self.year}). {self.title}. {self.journal}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program or library, under the name that jobs keep its version by."""

    title: str
    url: str
    papers: tuple[Paper, ...]


PROGRAMS = {
    "gemmi": Program(
        title="GEMMI",
        url="https://gemmi.readthedocs.io",
        papers=(
            Paper(
                doi="10.21105/joss.04200",
                title="GEMMI: A library for structural biology",
                authors=("M. Wojdyr",),
                journal="J. Open Source Softw. 7, 4200",
                year=2022,
            ),
        ),
    ),
    "servalcat": Program(
        title="Servalcat",
        url="https://servalcat.readthedocs.io",
        papers=(
            Paper(
                doi="10.1107/S2059798321009475",
                title="Cryo-EM single-particle structure refinement and map calculation using Servalcat",
                authors=("K. Yamashita", "C. M. Palmer", "T. Burnley", "G. N. Murshudov"),
                journal="Acta Cryst. D77, 1282-1291",
                year=2021,
            ),
            Paper(
                doi="10.1107/S2059798323002413",
                title="GEMMI and Servalcat restrain REFMAC5",
                authors=("K. Yamashita", "M. Wojdyr", "F. Long", "R. A. Nicholls", "G. N. Murshudov"),
                journal="Acta Cryst. D79, 368-373",
                year=2023,
            ),
        ),
    ),
}
"""Programs and libraries of the tasks that come with xtalflow, by the names in `JobDetail.program_versions`."""

TASK_PAPERS = {
    "french_wilson": (
        Paper(
            doi="10.1107/S0567739478001114",
            title="On the treatment of negative intensity observations",
            authors=("S. French", "K. Wilson"),
            journal="Acta Cryst. A34, 517-525",
            year=1978,
        ),
    ),
}
"""Papers of methods, by the tasks that use them."""
